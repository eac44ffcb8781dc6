//! The tables that reading rests on: one file a subject, words in lower case without accents (other scripts
//! than Latin, Greek and Cyrillic as they are written). Nothing here decides anything.

pub(crate) mod brands;
pub(crate) mod chips;
pub(crate) mod lines;
pub(crate) mod other_goods;
pub(crate) mod stop_words;
