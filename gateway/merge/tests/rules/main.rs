//! The rules of the merge: reading listings, grouping them, assembling cards.

mod any_text;
mod assembling;
mod grouping;
mod labelled;
mod listings;
mod reading;
