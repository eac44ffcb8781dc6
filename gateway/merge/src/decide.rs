//! Which listings are one product.
//!
//! Three sorts of reasons, the strongest first: what a person decided, shared codes, and what titles say. Within
//! a sort, the best pair is joined first, whichever listing came first, and nothing is ever joined to what it
//! contradicts: another size of memory, another chip, another code of the same numbering. So one bad code can't
//! chain two products into one, and the result is the same for every order of arrival.

mod by_code;
mod by_person;
mod by_title;
mod clusters;
mod evidence;
mod facts;

use serde::{Deserialize, Serialize};

use crate::identity::{Identity, ProductKind};

use clusters::Clusters;
pub(crate) use facts::size_text;

/// A code that more listings share than this is nobody's: a shop's placeholder, or a whole series.
pub const MAX_LISTINGS_PER_CODE: usize = 32;

/// A listing, by the number under which its keeper knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListingRef(pub i64);

/// A listing that may belong to a product.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The listing.
    pub listing: ListingRef,
    /// The shop's slug.
    pub shop: &'a str,
    /// The shop's own identifier of the listing.
    pub shop_listing_id: &'a str,
    /// What was read from it.
    pub identity: &'a Identity,
}

/// A person's decision, which wins over the rules for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// These two are one product.
    Join(ListingRef, ListingRef),
    /// These two are not one product.
    Split(ListingRef, ListingRef),
}

/// What made listings one product; of several, the strongest that was needed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchKind {
    /// There is one listing alone.
    SingleListing,
    /// A shared barcode.
    Gtin,
    /// A shared part number.
    Mpn,
    /// What the titles say.
    Title,
    /// A person.
    Override,
}

/// The listings of one product.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The listings, in the order of shop and the shop's identifier; never empty.
    pub members: Vec<ListingRef>,
    /// The weakest reason that was needed to hold all of them together.
    pub by: MatchKind,
    /// How sure this is, from 0 to 1.
    pub confidence: f64,
    /// Why, in English sentences that a shopper understands.
    pub explanation: String,
}

/// Two listings that were kept apart, but that a person should look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// One listing.
    pub a: ListingRef,
    /// The other.
    pub b: ListingRef,
    /// How much speaks for their being one product, from 0 to 1.
    pub score: f64,
    /// What speaks for it and against it.
    pub explanation: String,
}

/// What was decided about a set of listings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grouping {
    /// A partition of the candidates that are video cards.
    pub groups: Vec<Group>,
    /// Pairs from different groups that are worth a person's look, most likely first.
    pub doubts: Vec<Doubt>,
}

/// Decides which candidates are one product. Candidates that are not video cards are left out. The result
/// doesn't depend on the order of the candidates.
///
/// It must be given every listing that shares a key with one of them, directly or through a chain.
pub fn group(candidates: &[Candidate<'_>], overrides: &[Override]) -> Grouping {
    let mut cards: Vec<&Candidate<'_>> =
        candidates.iter().filter(|candidate| candidate.identity.kind == ProductKind::Card).collect();
    cards.sort_by_key(|candidate| (candidate.shop, candidate.shop_listing_id, candidate.listing));
    cards.dedup_by_key(|candidate| candidate.listing);
    let mut clusters = Clusters::new(cards);
    by_person::decide(&mut clusters, overrides);
    let mut doubts = by_code::decide(&mut clusters);
    doubts.extend(by_title::decide(&mut clusters));
    let doubts = clusters.still_apart(doubts);
    Grouping { groups: clusters.into_groups(), doubts }
}
