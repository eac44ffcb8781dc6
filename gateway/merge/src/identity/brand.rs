//! Whose card it is.

use super::lexicon::{LEXICON, house};
use super::product::Brand;
use super::words::{Word, words};
use crate::vocabulary::brands::{HOUSE_OF_LINE, House};

/// Where a title names houses.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Houses in the order of the title, each once.
    pub(super) houses: Vec<&'static str>,
    /// A chip maker, which is the house only where no other is named.
    pub(super) chip_maker: Option<&'static str>,
    /// `true` for the words that name a house or a chip maker.
    pub(super) mask: Vec<bool>,
}

/// Finds the houses that a text names.
pub(super) fn named(words: &[Word]) -> Named {
    let mut named = Named { mask: vec![false; words.len()], ..Named::default() };
    let mut at = 0;
    while at < words.len() {
        let Some(((house, is_chip_maker), count)) = LEXICON.brands.find(words, at) else {
            at += 1;
            continue;
        };
        named.mask[at..at + count].fill(true);
        if is_chip_maker {
            named.chip_maker.get_or_insert(house.slug);
        } else if !named.houses.contains(&house.slug) && !is_unit(words, at, house) {
            named.houses.push(house.slug);
        }
        at += count;
    }
    named
}

/// `8 Gigabyte` may be a size and `HIS` a pronoun: names that are also words.
fn is_unit(words: &[Word], at: usize, house: &House) -> bool {
    match house.slug {
        "gigabyte" => {
            at > 0
                && words[at].text == "gigabyte"
                && words[at - 1].text.parse::<u32>().is_ok_and(|number| number <= 48)
                && words.get(at + 1).is_none_or(|next| next.text.contains("ddr") || next.text == "ram")
        }
        "his" | "galax" => words[at].text == "his" && at > 0,
        _ => false,
    }
}

/// The house of a listing: the one that its title names, else the one that the shop names, else the house whose
/// code it carries or whose line it names, else the chip's maker.
pub(super) fn decide(
    title: &Named,
    field: Option<&str>,
    of_code: Option<&'static str>,
    line: &[String],
) -> Option<Brand> {
    let of_field = field.map(words).unwrap_or_default();
    let field_named = named(&of_field);
    let field_line = || {
        (0..of_field.len()).find_map(|at| LEXICON.lines_as_brands.find(&of_field, at)).map(|(slug, _)| slug)
    };
    let by_field = field_named.houses.first().copied().or_else(field_line);
    if let Some(slug) = by_field.filter(|slug| title.houses.is_empty() || title.houses.contains(slug)) {
        return known(slug);
    }
    if let Some(slug) = title.houses.first() {
        return known(slug);
    }
    if let Some(slug) = of_code {
        return known(slug);
    }
    let by_line = || {
        let of_word =
            |word: &String| HOUSE_OF_LINE.iter().find(|(name, _)| name == word).map(|(_, slug)| *slug);
        line.iter().find_map(of_word)
    };
    if let Some(slug) = by_line() {
        return known(slug);
    }
    if let Some(slug) = field_named.chip_maker {
        return known(slug);
    }
    unknown(field, &of_field).or_else(|| title.chip_maker.and_then(known))
}

fn known(slug: &str) -> Option<Brand> {
    house(slug).map(|house| Brand { slug: house.slug.to_owned(), name: house.name.to_owned() })
}

/// A house that no vocabulary knows, under the name that the shop writes.
fn unknown(field: Option<&str>, words: &[Word]) -> Option<Brand> {
    let slug = words.iter().take(4).map(|word| word.text.as_str()).collect::<Vec<_>>().join("-");
    let says_nothing = matches!(
        slug.as_str(),
        "" | "n-a" | "na" | "none" | "unknown" | "other" | "oem" | "no-name" | "noname"
    );
    if says_nothing || slug.len() > 40 || !slug.chars().any(char::is_alphabetic) {
        return None;
    }
    Some(Brand { slug, name: field?.split_whitespace().collect::<Vec<_>>().join(" ") })
}
