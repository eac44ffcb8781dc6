//! Barcodes and part numbers: in which forms shops write them, and what can be read from them.

mod asus;
mod gigabyte;
mod gtin;
mod houses;
mod mpn;

use serde::{Deserialize, Serialize};

pub use gtin::Gtin;
pub(super) use gtin::in_title as gtins_in;
pub use mpn::MpnKey;
pub(super) use mpn::of_field;
pub(crate) use mpn::{CodeSystem, system_of};

use super::chip::ChipName;
use super::words::{Gap, Word};

/// A code that a listing gives, but that is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disbelieved {
    /// The code as it is compared.
    pub code: String,
    /// Why, as a sentence for people.
    pub reason: String,
    /// Whether it names another chip or size than the title: then one of the two is wrong, and nobody knows which.
    #[serde(default)]
    pub contradicts_title: bool,
}

/// What a house's code says about its card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) chip: Option<ChipName>,
    pub(super) memory_mb: Option<u32>,
    pub(super) oc: Option<bool>,
    /// Words of the line, with spaces between them.
    pub(super) line: &'static str,
}

/// A part number that was found in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) at: usize,
    pub(super) count: usize,
    pub(super) key: MpnKey,
    /// The house whose form it has.
    pub(super) house: Option<&'static str>,
    pub(super) facts: Facts,
    /// Whether its words are those of the product's name too, as in ASUS's marketing codes.
    pub(super) is_name: bool,
}

/// The part numbers that stand in some words, in their order. `house` is the house that the listing names.
pub(super) fn find(words: &[Word], house: Option<&str>) -> Vec<Found> {
    find_in(words, house, false)
}

/// `is_field` says that the words are nothing but codes: then no word of them is left out.
fn find_in(words: &[Word], house: Option<&str>, is_field: bool) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some(mut code) = at_word(words, at, house) else {
            at += 1;
            continue;
        };
        let is_whole = is_field || words[code.at].is_after_break();
        extend(&mut code, words, house, is_whole);
        at = code.at + code.count;
        found.push(code);
    }
    found
}

fn at_word(words: &[Word], at: usize, house: Option<&str>) -> Option<Found> {
    gigabyte::at(words, at)
        .or_else(|| houses::at(words, at, house))
        .or_else(|| asus::at(words, at, house))
        .or_else(|| mpn::in_brackets(words, at))
}

/// How many words of a code can follow the form that its house gave it.
const MAX_TAIL: usize = 6;

/// Takes in what follows a code and belongs to it: `-WHITE`, `-B`, and all that a field or brackets hold beside it.
/// What is left out would make one code of two products' codes.
fn extend(code: &mut Found, words: &[Word], house: Option<&str>, is_whole: bool) {
    let start = code.at + code.count;
    let belongs = |at: usize| {
        let word = &words[at];
        let continues = word.is_glued() || is_whole && !word.is_after_break() && word.gap != Gap::Comma;
        continues && word.text.len() <= 12 && at_word(words, at, house).is_none()
    };
    let end = (start..words.len()).take(MAX_TAIL).take_while(|at| belongs(*at)).count() + start;
    let tail: String = words[start..end].iter().map(|word| word.text.as_str()).collect();
    if !tail.is_empty() {
        code.key = MpnKey::of(&format!("{}{tail}", code.key.as_str()));
        code.count = end - code.at;
    }
}

/// Whether a text has a form: `D` stands for a digit, `A` for a letter, `X` for either, anything else for itself.
pub(super) fn fits(text: &str, form: &str) -> bool {
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
            b'D' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_lowercase(),
            b'X' => byte.is_ascii_alphanumeric(),
            _ => byte == form,
        })
}
