//! Part numbers as they are compared.

use serde::{Deserialize, Serialize};

use super::{Facts, Found, find_in, fits};
use crate::identity::chip::mentions;
use crate::identity::memory;
use crate::identity::ports::is_measure;
use crate::identity::words::{Word, words};

/// A part number without separators, in upper case, and without what only says in which region or box it is sold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MpnKey(String);

/// The longest part number; what is longer is a sentence.
const MAX_CHARS: usize = 48;

impl MpnKey {
    /// The part number as it is compared: `TUFRTX4070SO12GGAMING`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Letters and digits of a text, in upper case.
    pub(crate) fn of(text: &str) -> Self {
        Self(
            text.chars()
                .filter(|c| c.is_alphanumeric())
                .take(MAX_CHARS)
                .flat_map(char::to_uppercase)
                .collect(),
        )
    }

    /// The letters and digits of some words.
    pub(super) fn of_words(words: &[Word]) -> Self {
        Self::of(&words.iter().map(|word| word.text.as_str()).collect::<String>())
    }
}

/// Which numbering a code belongs to. Within one, different codes are different products, except in `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum CodeSystem {
    AcerFactory,
    AsrockFactory,
    AsusFactory,
    Evga,
    GigabyteFactory,
    Gigabyte,
    Inno3d,
    MsiFactory,
    Palit,
    Pny,
    Sapphire,
    Xfx,
    Zotac,
    /// Codes whose form says nothing.
    Other,
}

/// The numbering of a code of some house.
pub(crate) fn system_of(house: &str, key: &MpnKey) -> CodeSystem {
    let code = key.0.to_ascii_lowercase();
    let starts = |prefix: &str| code.starts_with(prefix);
    match house {
        "acer" if starts("dp") => CodeSystem::AcerFactory,
        "asrock" if starts("90ga") => CodeSystem::AsrockFactory,
        "asus" if starts("90yv") => CodeSystem::AsusFactory,
        "evga" if code.get(..5).is_some_and(|start| fits(start, "DDgpD")) => CodeSystem::Evga,
        "gigabyte" if starts("gv") && code.ends_with("0010") || starts("9vn") || starts("9vr") => {
            CodeSystem::GigabyteFactory
        }
        "gigabyte" if starts("gv") => CodeSystem::Gigabyte,
        "inno3d" if code.len() >= 12 => CodeSystem::Inno3d,
        "msi" if fits(&code, "vDDDDDD") => CodeSystem::MsiFactory,
        "palit" | "gainward" if starts("ne") => CodeSystem::Palit,
        "pny" if starts("vc") => CodeSystem::Pny,
        "sapphire" if fits(&code, "DDDDDDD") => CodeSystem::Sapphire,
        "xfx" if starts("rx") => CodeSystem::Xfx,
        "zotac" if starts("zt") => CodeSystem::Zotac,
        _ => CodeSystem::Other,
    }
}

/// The part numbers of a field. One field can hold several; `Err` says why what it holds is no part number.
pub(crate) fn of_field(text: &str, house: Option<&str>) -> Result<Vec<Found>, &'static str> {
    let text: String = text.chars().take(120).collect();
    let words = words(&text);
    let found = find_in(&words, house, true);
    if !found.is_empty() {
        return Ok(found);
    }
    let start =
        words.iter().take_while(|word| is_noise(&word.text) || Some(word.text.as_str()) == house).count();
    let (words, key) = (&words[start..], MpnKey::of_words(&words[start..]));
    let letters = key.0.chars().filter(|c| c.is_alphabetic()).count();
    let digits = key.0.chars().filter(char::is_ascii_digit).count();
    if letters == 0 {
        return Err("It has digits alone, as a shop's own numbers do.");
    }
    if key.0.len() < 6 || digits < 2 {
        return Err("It is too short to be one product's own.");
    }
    let (chips, sizes) = (mentions(words), memory::sizes(words));
    let chip = chips.first().filter(|mention| mention.rest.is_empty() || is_bare_size(&mention.rest));
    let of_chip = chip.map_or(0, |mention| mention.count);
    let of_sizes: usize = sizes.iter().map(|size| size.count).sum();
    let plain = words.iter().filter(|word| is_plain(&word.text)).count();
    if chip.is_some() && of_chip + of_sizes + plain >= words.len() {
        return Err("It names the chip alone, not one product.");
    }
    let facts = Facts {
        chip: chip.map(|mention| mention.chip.clone()),
        memory_mb: memory::decide(&sizes, &[]),
        // MSI's codes are the product's whole name, which never leaves out that it is overclocked.
        oc: (house == Some("msi") && chip.is_some() && words.len() > 3)
            .then(|| words.iter().any(|word| word.text == "oc")),
        line: "",
    };
    Ok(vec![Found { at: 0, count: words.len(), key, house: None, facts, is_name: chip.is_some() }])
}

/// A code of unknown form that stands alone in brackets: `(46NSL8MD9NWK)`.
pub(super) fn in_brackets(words: &[Word], at: usize) -> Option<Found> {
    let word = &words[at];
    let is_alone = word.is_after_break() && words.get(at + 1).is_none_or(Word::is_after_break);
    let digits = word.text.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.text.bytes().filter(u8::is_ascii_lowercase).count();
    let is_mixed = digits >= 4 && letters >= 2 && digits + letters == word.text.len() && word.text.len() >= 8;
    let alone = std::slice::from_ref(word);
    let is_other = ["geforce", "radeon"].iter().any(|name| word.text.starts_with(name))
        || is_measure(&word.text)
        || !memory::sizes(alone).is_empty()
        || mentions(alone).iter().any(|mention| mention.rest.is_empty() || is_bare_size(&mention.rest));
    if !is_alone || !is_mixed || is_other {
        return None;
    }
    let facts = Facts::default();
    Some(Found { at, count: 1, key: MpnKey::of(&word.text), house: None, facts, is_name: false })
}

/// `12g` behind a chip, as in `RTX306012G`; not what follows in `RX7900XTXMERC`.
fn is_bare_size(rest: &str) -> bool {
    rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_end_matches('b') == "g"
}

/// Words that any house's card could have beside its chip.
fn is_plain(word: &str) -> bool {
    matches!(word, "gaming" | "graphics" | "card" | "video" | "oc" | "lhr" | "geforce" | "radeon")
}

/// Words that some shops write before the code itself: `GeForce RTX 3070 SUPRIM X 8G`.
fn is_noise(word: &str) -> bool {
    matches!(word, "nvidia" | "geforce" | "amd" | "radeon" | "intel" | "mpn" | "pn")
}
