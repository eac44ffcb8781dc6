//! A video card as the gateway keeps it.

use chrono::{DateTime, Utc};
use events::{Interfaces, Specs};
use merge::{Card, ChipMaker, MatchKind, SourceValue};
use serde::{Deserialize, Serialize};

/// What a card's row holds that no filter or sort needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CardDocument {
    /// Manufacturer's part numbers as shops write them.
    pub mpns: Vec<String>,
    /// Technical characteristics.
    pub specs: Specs,
    /// Bus, outputs and power connectors.
    pub interfaces: Interfaces,
    /// Addresses of pictures.
    pub images: Vec<String>,
}

impl CardDocument {
    pub(crate) fn of(card: &Card) -> Self {
        Self {
            mpns: card.mpns.clone(),
            specs: card.specs.clone(),
            interfaces: card.interfaces.clone(),
            images: card.images.clone(),
        }
    }
}

/// What one shop says in one field of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSource {
    /// The field as the API names it: `specs.memoryGb`.
    pub field: String,
    /// The shop's slug.
    pub shop: String,
    /// The value as a person reads it.
    pub value: String,
    /// When the shop was first seen to say this.
    pub observed_at: DateTime<Utc>,
    /// Whether the card says what this shop says.
    pub chosen: bool,
    /// Whether shops really disagree about this field.
    pub conflict: bool,
}

impl From<SourceValue> for CardSource {
    fn from(source: SourceValue) -> Self {
        let SourceValue { field, shop, value, observed_at, chosen, conflict } = source;
        Self { field, shop, value, observed_at, chosen, conflict }
    }
}

/// A part number as it is looked up: without separators and case.
pub fn mpn_key(mpn: &str) -> String {
    mpn.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The word by which the database knows a maker of chips.
pub(crate) fn maker_word(maker: ChipMaker) -> &'static str {
    match maker {
        ChipMaker::Nvidia => "nvidia",
        ChipMaker::Amd => "amd",
        ChipMaker::Intel => "intel",
        ChipMaker::Other => "other",
    }
}

/// The word by which the database knows why listings are one card.
pub(crate) fn match_word(by: MatchKind) -> &'static str {
    match by {
        MatchKind::SingleListing => "single_listing",
        MatchKind::Gtin => "gtin",
        MatchKind::Mpn => "mpn",
        MatchKind::Title => "title",
        MatchKind::Override => "override",
    }
}

const LONGEST_SLUG: usize = 100;
/// What stands behind it is not sorted by, so that a cursor has room for it.
const LONGEST_NAME_KEY: usize = 200;

/// A name as it stands in addresses: ASCII lower case, digits and single hyphens; never empty.
pub(crate) fn slug(name: &str) -> String {
    let mut slug = words(name, '-');
    slug.truncate(LONGEST_SLUG);
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "card".to_owned() } else { slug.to_owned() }
}

/// A name as it is sorted: without case, accents and punctuation.
pub(crate) fn name_key(name: &str) -> String {
    let mut key = words(name, ' ');
    key.truncate(LONGEST_NAME_KEY);
    key
}

fn words(name: &str, between: char) -> String {
    let mut words = String::with_capacity(name.len());
    let name = name.replace(['™', '®', '©'], "");
    for character in deunicode::deunicode(&name).chars() {
        if character.is_ascii_alphanumeric() {
            words.push(character.to_ascii_lowercase());
        } else if !words.is_empty() && !words.ends_with(between) {
            words.push(between);
        }
    }
    if words.ends_with(between) {
        words.pop();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_made_of_what_an_address_can_hold() {
        let cases = [
            (
                "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB",
                "asus-tuf-gaming-geforce-rtx-4070-super-oc-12gb",
            ),
            ("  Sapphire™ NITRO+ — RX 7900 XTX  ", "sapphire-nitro-rx-7900-xtx"),
            ("Видеокарта", "videokarta"),
            ("!!!", "card"),
            ("", "card"),
        ];
        for (name, expected) in cases {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert!(slug(&"long name ".repeat(100)).len() <= LONGEST_SLUG);
    }
}
