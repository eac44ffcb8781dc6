//! Finding cards by words.
//!
//! Names are cut into runs of letters and runs of digits, so that `rtx4070` and `RTX 4070` are the same. A
//! dictionary of these runs, which is small compared with the catalogue, says which cards have each. Codes are
//! kept whole, sorted, since nearly every card has its own. What a card's brand and chip are called counts as
//! part of its name.

mod codes;
mod edits;
mod found;
mod vocabulary;
mod words;

pub(crate) use codes::Codes;
pub(crate) use found::{Found, look_up};
pub(crate) use vocabulary::{TermNumbers, Vocabulary};
pub(crate) use words::{codes_to_keep, each_term, terms};
