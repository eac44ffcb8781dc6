//! What a video card says, made of what the listings of one product say.
//!
//! Whose value wins is decided field by field by the table in `fields.rs`, never by who wrote last; every shop's
//! value is kept beside it.

mod choice;
mod codes;
mod fields;
mod interfaces;
mod name;
mod specs;
mod technologies;

use chrono::{DateTime, Utc};

use crate::decide::ListingRef;
use crate::identity::{Brand, Gpu, Identity};

use choice::Choice;
pub(crate) use name::written_line;

/// One listing of the product.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The listing.
    pub listing_ref: ListingRef,
    /// The shop's slug.
    pub shop: &'a str,
    /// When it was last seen to say this.
    pub observed_at: DateTime<Utc>,
    /// What the shop says.
    pub listing: &'a events::Listing,
    /// What was read from it.
    pub identity: &'a Identity,
}

/// What we say about a product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// Brand, line, chip, memory and what tells it apart, or the best title where they are not known.
    pub name: String,
    /// The house that made it.
    pub brand: Option<Brand>,
    /// The chip, with its architecture where that is known.
    pub gpu: Option<Gpu>,
    /// Part numbers as shops write them, each once however it is spelt.
    pub mpns: Vec<String>,
    /// Barcodes as 14 digits.
    pub gtins: Vec<String>,
    /// Technical characteristics.
    pub specs: events::Specs,
    /// Bus, outputs and power connectors.
    pub interfaces: events::Interfaces,
    /// Supported technologies by code.
    pub technologies: Vec<events::SupportedTechnology>,
    /// Addresses of pictures.
    pub images: Vec<String>,
    /// Which shop said what.
    pub sources: Vec<SourceValue>,
}

/// What one shop says in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceValue {
    /// The field as the API names it: `specs.memoryGb`, `interfaces.outputs`, `technologies`, `name`.
    pub field: &'static str,
    /// The shop's slug.
    pub shop: String,
    /// The value as a person reads it: `12 GB`.
    pub value: String,
    /// When the shop was seen to say this.
    pub observed_at: DateTime<Utc>,
    /// Whether the card says what this shop says.
    pub chosen: bool,
    /// Whether shops really disagree about this field.
    pub conflict: bool,
}

/// Makes one card of the listings of one product. The result doesn't depend on the order of the members.
pub fn assemble(members: &[Member<'_>]) -> Card {
    let mut members: Vec<&Member<'_>> = members.iter().collect();
    members.sort_by_key(|member| (member.shop, member.listing_ref));
    let mut choice = Choice::new(&members);
    let chip = specs::chip(&mut choice);
    let specs = specs::choose(&mut choice, chip.as_ref());
    let interfaces = interfaces::choose(&mut choice);
    let technologies = technologies::choose(&mut choice);
    let brand = specs::brand(&mut choice);
    let gpu = chip.map(|chip| with_architecture(chip, &specs));
    let (mpns, gtins) = codes::choose(&mut choice);
    let images = codes::images(&mut choice);
    let name = name::of(&mut choice, brand.as_ref(), gpu.as_ref(), specs.memory_mb);
    Card {
        name,
        brand,
        gpu,
        mpns,
        gtins,
        specs,
        interfaces,
        technologies,
        images,
        sources: choice.into_sources(),
    }
}

/// The architecture that we know, or else the one that shops say.
fn with_architecture(chip: Gpu, specs: &events::Specs) -> Gpu {
    Gpu { architecture: chip.architecture.or_else(|| specs.architecture.clone()), ..chip }
}
