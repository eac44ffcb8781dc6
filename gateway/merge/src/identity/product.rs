//! What tells one product from another, as types.

use serde::{Deserialize, Serialize};

/// Whether a listing is a video card at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// A video card.
    #[default]
    Card,
    /// A video card together with something else, which is another product than the card alone.
    Bundle,
    /// Something else that a shop files under video cards: a cable, a cooler, a laptop, a PC.
    NotACard,
}

/// A house that makes cards, under one name however shops write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Brand {
    /// `asus`, `kfa2`: lower case letters, digits and hyphens.
    pub slug: String,
    /// `ASUS`, `KFA2`.
    pub name: String,
}

/// Who makes a chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChipMaker {
    /// NVIDIA.
    Nvidia,
    /// AMD, and ATI before it.
    Amd,
    /// Intel.
    Intel,
    /// Anyone else.
    Other,
}

/// A graphics chip.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gpu {
    /// `geforce-rtx-4070-super`.
    pub slug: String,
    /// `GeForce RTX 4070 SUPER`.
    pub name: String,
    /// Who makes it.
    pub maker: ChipMaker,
    /// `Ada Lovelace`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
}

/// A colour that makes a product of its own. Black, grey and silver are what cards have anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// White, snow, ice.
    White,
    /// Pink.
    Pink,
    /// Blue.
    Blue,
    /// Red.
    Red,
    /// Green.
    Green,
    /// Purple.
    Purple,
    /// Orange.
    Orange,
    /// Yellow.
    Yellow,
    /// Gold.
    Gold,
}

impl Colour {
    /// The colour's name for people: `White`.
    pub fn name(self) -> &'static str {
        match self {
            Self::White => "White",
            Self::Pink => "Pink",
            Self::Blue => "Blue",
            Self::Red => "Red",
            Self::Green => "Green",
            Self::Purple => "Purple",
            Self::Orange => "Orange",
            Self::Yellow => "Yellow",
            Self::Gold => "Gold",
        }
    }
}
