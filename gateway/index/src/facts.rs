//! What the index is told about a card.

use chrono::{DateTime, NaiveDate, Utc};

/// All that the index knows of one served video card: what it is filtered, sorted, counted and found by.
///
/// What can't be meant is taken for unknown instead of refused: a price below zero or of [`i64::MAX`], a
/// memory of 0 MB, and a number of watts or millimetres of [`u32::MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardFacts {
    /// The card's id, which stands for it in every answer, and decides between cards that are sorted alike.
    pub id: i64,
    /// The name as it is sorted, byte by byte: without case, accents and punctuation. Its words are what a
    /// search finds the card by.
    pub name_key: String,
    /// Whose card it is.
    pub brand: Option<BrandFacts>,
    /// Its graphics chip.
    pub gpu: Option<GpuFacts>,
    /// Memory in MB.
    pub memory_mb: Option<u32>,
    /// Power of the whole board in watts.
    pub board_power_watts: Option<u32>,
    /// Length in mm.
    pub length_mm: Option<u32>,
    /// Codes of the supported technologies.
    pub technologies: Vec<String>,
    /// Kinds of the video outputs.
    pub outputs: Vec<String>,
    /// What it costs where.
    pub offers: OfferFacts,
    /// The day of release.
    pub released_on: Option<NaiveDate>,
    /// Part numbers and barcodes, in any spelling. Of one card the first 32 are searched.
    pub codes: Vec<String>,
}

/// What may be another from one moment to the next, while the card is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferFacts {
    /// Slugs of the shops that offer the card.
    pub shops: Vec<String>,
    /// Words for the availabilities that its offers have.
    pub availabilities: Vec<String>,
    /// The price of the best offer that can be bought, in minor units of the base currency.
    pub best_price_minor: Option<i64>,
    /// By how much the best offer's price fell, in hundredths of a percent; 0: it did not.
    pub discount_bp: u32,
    /// When the card changed last, this being a part of it; what is below a microsecond is cut off.
    pub updated_at: DateTime<Utc>,
}

/// A brand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrandFacts {
    /// What filters call it.
    pub slug: String,
    /// What people call it; the newest that was said counts for all cards of the brand.
    pub name: String,
}

/// A graphics chip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GpuFacts {
    /// What filters call it.
    pub slug: String,
    /// What people call it; the newest that was said counts for all cards with the chip.
    pub name: String,
    /// The word for its maker.
    pub maker: String,
}
