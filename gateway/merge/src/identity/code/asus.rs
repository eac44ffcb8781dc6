//! ASUS's codes: the marketing code `TUF-RTX4070S-O12G-GAMING`, which is the product's name, and the factory code
//! `90YV0K82-M0NA00`, in which one character
//! is the region.

use super::{Facts, Found, MpnKey};
use crate::identity::chip::mentions;
use crate::identity::memory;
use crate::identity::words::Word;

/// Words that stand before the chip in marketing codes.
const BEFORE: &[&str] = &[
    "rog",
    "strix",
    "tuf",
    "dual",
    "turbo",
    "ph",
    "ko",
    "prime",
    "proart",
    "lc",
    "phoenix",
    "cerberus",
    "ex",
    "astral",
    "matrix",
    "expedition",
    "poseidon",
    "mini",
];
/// Words that stand between chip and size.
const BETWEEN: &[&str] = &["dc2oc", "dc2", "dcmoc", "sl", "csm", "4h", "lp", "evo", "p"];
/// Words that stand behind the size.
const BEHIND: &[&str] = &[
    "gaming", "evo", "white", "v2", "v3", "mini", "p", "brk", "csm", "lp", "oc", "btf", "noctua", "black",
    "gundam", "eva", "4d", "hatsune", "miku",
];

pub(super) fn at(words: &[Word], at: usize, house: Option<&str>) -> Option<Found> {
    factory(words, at).or_else(|| marketing(words, at, house))
}

fn factory(words: &[Word], at: usize) -> Option<Found> {
    let text = words[at].text.as_str();
    let start = text.find("90yv")?;
    let code = text.get(start..start + 8)?;
    // `M0NA00`, `M0AA00`: the third character is the region.
    let behind = text.get(start + 8..).filter(|behind| !behind.is_empty());
    let next = || words.get(at + 1).map(|next| next.text.as_str());
    let board = behind.or_else(next).and_then(|board| board.get(..6)).filter(|board| board.starts_with('m'));
    let key = MpnKey::of(&format!("{code}{}", board.and_then(|board| board.get(3..)).unwrap_or_default()));
    let count = 1 + usize::from(board.is_some() && behind.is_none());
    Some(Found { at, count, key, house: Some("asus"), facts: Facts::default(), is_name: false })
}

fn marketing(words: &[Word], at: usize, house: Option<&str>) -> Option<Found> {
    if house.is_some_and(|house| house != "asus") {
        return None;
    }
    let chip_at =
        at + words[at..].iter().take(5).take_while(|word| BEFORE.contains(&word.text.as_str())).count();
    let chip_word = words.get(chip_at)?;
    if !chip_word.text.ends_with(|c: char| c.is_ascii_alphanumeric())
        || !chip_word.text.contains(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let chip = mentions(std::slice::from_ref(chip_word))
        .into_iter()
        .find(|mention| mention.at == 0 && mention.rest.is_empty())?
        .chip;
    let starts_with_family = chip_word.text.starts_with(chip.family);
    let mut size_at = chip_at + 1;
    while words.get(size_at).is_some_and(|word| BETWEEN.contains(&word.text.as_str())) {
        size_at += 1;
    }
    let size = memory::sizes(words.get(size_at..=size_at)?).into_iter().next().filter(|size| size.is_bare)?;
    let mut end = size_at + 1;
    while words.get(end).is_some_and(|word| BEHIND.contains(&word.text.as_str())) {
        end += 1;
    }
    let code = &words[at..end];
    // `RTX3070 8G` alone is a chip with its size.
    let says_more = chip_at > at || size_at > chip_at + 1;
    let is_glued = code.iter().skip(1).all(Word::is_glued);
    if !starts_with_family || !says_more || house.is_none() && !is_glued {
        return None;
    }
    let has_oc = size.oc_mark || code.iter().any(|word| word.text.ends_with("oc"));
    let facts = Facts { chip: Some(chip), memory_mb: Some(size.memory_mb), oc: Some(has_oc), line: "" };
    Some(Found {
        at,
        count: end - at,
        key: MpnKey::of_words(code),
        house: Some("asus"),
        facts,
        is_name: true,
    })
}
