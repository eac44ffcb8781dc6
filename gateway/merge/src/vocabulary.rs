//! The tables that reading rests on: one file a subject, words in lower case without accents.
