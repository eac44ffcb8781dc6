//! What one listing says about which product it is.
//!
//! Reading looks at nothing but the listing itself, so that what was read can be stored beside it and stays
//! true whatever else arrives. It is linear in the length of the title, of which only the first
//! 600 characters are looked at. Any text in any script is normal input: what can't be read
//! is `None`, never an error.

mod brand;
mod chip;
mod code;
mod key;
mod kind;
mod lexicon;
mod line;
mod memory;
mod ports;
mod product;
mod read;
mod words;

use serde::{Deserialize, Serialize};

pub(crate) use chip::{is_never_sold_with, sizes_mb};
pub(crate) use code::{CodeSystem, system_of};
pub use code::{Disbelieved, Gtin, MpnKey};
pub use key::MatchKey;
pub(crate) use key::{mpn_key, title_key};
pub(crate) use line::{is_family, telling};
pub(crate) use memory::generation;
pub use product::{Brand, ChipMaker, Colour, Gpu, ProductKind};

/// What a listing says about which product it is. `None` and empty mean that it doesn't say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// Whether it is a video card at all: nothing else becomes one.
    pub kind: ProductKind,
    /// The house that made the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<Brand>,
    /// The graphics chip with every suffix that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<Gpu>,
    /// Memory in MB of 1024 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// `GDDR6X`, `HBM2`, `DDR3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_type: Option<String>,
    /// The words that name the line and sub-line, lower case, in the order in which they stand: `rog`,
    /// `strix`, `gaming`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub line: Vec<String>,
    /// Words amid the product's name that no vocabulary knows: perhaps a line that is new to us.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_words: Vec<String>,
    /// The revision, from 2 on: `V2`, `rev. 2.0`. A first revision is not told from an unstated one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<u8>,
    /// The colour, where it tells products apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// Whether it is overclocked by its maker: `Some(false)` only where a code says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oc: Option<bool>,
    /// Number of fans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fans: Option<u8>,
    /// Whether its hash rate is limited: `Some(false)` only where the listing says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lhr: Option<bool>,
    /// Barcodes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gtins: Vec<Gtin>,
    /// Part numbers, from fields and from the title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mpns: Vec<MpnKey>,
    /// Codes that were given but not believed, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disbelieved: Vec<Disbelieved>,
}

impl Identity {
    /// Reads one listing.
    pub fn read(listing: &events::Listing) -> Self {
        read::read(listing)
    }

    /// The keys under which this listing can meet others. Two listings that share no key, directly or through
    /// a chain of listings, are never one product.
    pub fn keys(&self) -> Vec<MatchKey> {
        key::keys(self)
    }
}
