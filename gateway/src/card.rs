//! A video card as the gateway keeps it.

use chrono::{DateTime, SecondsFormat, Utc};
use events::{Interfaces, Specs};
use merge::{Card, ChipMaker, MatchKind, SourceValue};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

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

/// What one shop says in one field of a card. Stored are its values alone, in this order, or with their names, as the
/// gateway wrote them before: both are read. One that is added has to come last, and be there in what is written once no
/// gateway is left that doesn't know it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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

/// The sources of a card as they are stored, each as a list of its values: there are dozens in a card, and of all that is
/// stored of it Postgres takes longest to read them. Half of that were their names.
///
/// # Errors
/// None that is known: text and numbers all have a JSON form.
pub(crate) fn sources_json(sources: &[SourceValue]) -> serde_json::Result<Box<RawValue>> {
    // What a shop says it mostly says at one time.
    let mut times: Vec<(DateTime<Utc>, String)> = Vec::new();
    for SourceValue { observed_at, .. } in sources {
        if !times.iter().any(|(known, _)| known == observed_at) {
            times.push((*observed_at, observed_at.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
        }
    }
    let written: Vec<_> = sources
        .iter()
        .map(|source| {
            let SourceValue { field, shop, value, observed_at, chosen, conflict } = source;
            let time = times.iter().find(|(known, _)| known == observed_at).map(|(_, text)| text);
            (field, shop, value, time, chosen, conflict)
        })
        .collect();
    to_raw_value(&written)
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
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn sources_are_written_without_names_and_read_with_and_without_them() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(123_456_789);
        let source = |shop: &str, observed_at| SourceValue {
            field: "specs.memoryGb",
            shop: shop.to_owned(),
            value: "12 GB".to_owned(),
            observed_at,
            chosen: true,
            conflict: false,
        };
        let sources =
            [source("netvideo", at), source("countrylink", DateTime::UNIX_EPOCH), source("other", at)];
        let short = sources_json(&sources).unwrap();
        let first = r#"[["specs.memoryGb","netvideo","12 GB","1970-01-01T00:00:00.123456789Z",true,false],"#;
        assert!(short.get().starts_with(first), "{short}");
        let long = r#"[{"field":"specs.memoryGb","shop":"netvideo","value":"12 GB","observed_at":"1970-01-01T00:00:00.123456789Z","chosen":true,"conflict":false}]"#;
        let [with, without] =
            [long, short.get()].map(|text| serde_json::from_str::<Vec<CardSource>>(text).unwrap());
        assert_eq!(with[0], without[0]);
        assert_eq!(
            without.iter().map(|source| source.observed_at).collect::<Vec<_>>(),
            [at, DateTime::UNIX_EPOCH, at]
        );
    }

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
