//! Which cards are wanted.

use chrono::{DateTime, Utc};

/// Which video cards are wanted. All conditions that are given must hold; without any, all cards are.
///
/// A condition on what is not known of a card is false, so that `not` is what is left: a card whose memory is
/// not known doesn't have 8 to 16 GB, and is in the `not` of that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// The price of the best offer, in minor units of the base currency.
    pub price_minor: Option<Span>,
    /// Technologies, by code.
    pub technologies: Option<SetFilter>,
    /// Video outputs, by kind.
    pub outputs: Option<SetFilter>,
    /// Brands, by slug: any of them; none of an empty list.
    pub brands: Option<Vec<String>>,
    /// Graphics chips, by slug: any of them; none of an empty list.
    pub gpus: Option<Vec<String>>,
    /// Words for makers of the chip: any of them; none of an empty list.
    pub chip_makers: Option<Vec<String>>,
    /// Memory in MB.
    pub memory_mb: Option<Span>,
    /// Power of the whole board in watts.
    pub board_power_watts: Option<Span>,
    /// Length in mm.
    pub length_mm: Option<Span>,
    /// Words for availabilities: cards with an offer of any of them; none of an empty list.
    pub availabilities: Option<Vec<String>>,
    /// Shops, by slug: cards with an offer in any of them; none of an empty list.
    pub shops: Option<Vec<String>>,
    /// Cards that changed at or after this time.
    pub updated_since: Option<DateTime<Utc>>,
    /// Words to be found: see [the crate's page](crate#search). A text without a word lets every card through.
    pub search: Option<String>,
    /// All of these hold.
    pub and: Option<Vec<Filter>>,
    /// At least one of these holds; none does of an empty list.
    pub or: Option<Vec<Filter>>,
    /// This does not hold.
    pub not: Option<Box<Filter>>,
}

impl Filter {
    /// The deepest nesting of `and`, `or` and `not`: deeper ones are refused, so that no filter exhausts the
    /// stack.
    pub const DEEPEST: usize = 64;
}

/// Conditions on a set of values. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SetFilter {
    /// It has all of these; an empty list asks for nothing.
    pub all_of: Option<Vec<String>>,
    /// It has at least one of these; nothing has of an empty list.
    pub any_of: Option<Vec<String>>,
    /// It has none of these; an empty list asks for nothing.
    pub none_of: Option<Vec<String>>,
}

/// A range of whole numbers, both ends included. An end that is not given is open; a range that is open at
/// both ends still asks for the value to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The least.
    pub min: Option<i64>,
    /// The most.
    pub max: Option<i64>,
}

/// Why a filter was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the filter nests more than {} deep", Filter::DEEPEST)]
pub struct FilterTooDeep;
