//! Sets of slots: which cards have a value, which ones a filter lets through.
//!
//! They are built as roaring bitmaps are (a sorted list where there are few, one bit for each slot where there
//! are many, chosen for each 65,536 slots), with what those of the crate `roaring` don't have: each part is
//! shared between the copies of a set until it changes. So a copy of the whole index costs microseconds, a
//! change 8 KiB at the most, and the parts of a result that are equal to a part of an operand cost nothing.

mod bits;
mod blocks;
mod edit;
mod part;
mod set;
mod split;
mod words;

pub(crate) use bits::Bits;
pub(crate) use edit::Edit;
pub(crate) use set::SlotSet;
pub(crate) use split::{PartCounts, Split};
