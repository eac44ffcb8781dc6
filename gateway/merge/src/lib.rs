//! How listings become video cards.
//!
//! Everything here is a pure function of its arguments: no IO, no clock, no randomness, and no dependency
//! that could bring them in. In the order in which a listing passes through:
//!
//! 1. [`Identity::read`] reads one listing: whose card it is, which chip, how much memory, which line, which
//!    codes can be believed. It looks at nothing but that listing, so its result can be stored.
//! 2. [`Identity::keys`] says with which other listings it has to be compared at all.
//! 3. [`group`] decides which of these listings are one product, and says why.
//! 4. [`assemble`] makes one video card of the listings of a product, and says where each value comes from.
//!
//! To teach it a brand, a chip, a line or a word of another language, add a line to a table in `vocabulary/`.

mod card;
mod decide;
mod identity;
mod vocabulary;

pub use card::{Card, Member, SourceValue, assemble};
pub use decide::{
    Candidate, Doubt, Group, Grouping, ListingRef, MAX_LISTINGS_PER_CODE, MatchKind, Override, group,
};
pub use identity::{
    Brand, ChipMaker, Colour, Disbelieved, Gpu, Gtin, Identity, MatchKey, MpnKey, ProductKind,
};
