//! How much memory a text names, and of which type.

use super::words::Word;

/// A size that a text names, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) at: usize,
    pub(super) count: usize,
    pub(super) memory_mb: u32,
    /// Whether an `O` stands before it, as in ASUS codes for overclocked cards, or behind it as in ASRock's.
    pub(super) oc_mark: bool,
    /// Whether it is written as in codes and names, without the `B` of a unit: `12G`.
    pub(super) is_bare: bool,
}

/// Sizes that cards have, in GB.
const SIZES_GB: &[u32] = &[1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 16, 18, 20, 24, 32, 40, 48, 64, 80, 96, 128];

/// A size in GB, in MB, if cards have it.
pub(super) fn from_gb(size_gb: u32) -> Option<u32> {
    SIZES_GB.contains(&size_gb).then(|| size_gb * 1024)
}

/// Every size that the words name.
pub(super) fn sizes(words: &[Word]) -> Vec<Size> {
    (0..words.len()).filter_map(|at| size_at(words, at)).collect()
}

fn size_at(words: &[Word], at: usize) -> Option<Size> {
    let text = words[at].text.as_str();
    let bare = text.strip_prefix('o').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let oc_mark = bare.is_some();
    let text = bare.unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 5 {
        return None;
    }
    let number: u32 = text[..digits].parse().ok()?;
    let unit = &text[digits..];
    let next = words.get(at + 1);
    let (unit, count) = match (unit, next) {
        ("", Some(next)) if is_unit(&next.text) => (next.text.as_str(), 2),
        ("", _) => return None,
        _ => (unit, 1),
    };
    // `21 GB/s` is a bandwidth, `16GB RAM` the computer's.
    let behind = words.get(at + count);
    if behind.is_some_and(|word| {
        matches!(word.text.as_str(), "s" | "sec" | "ram" | "bps") && (word.is_glued() || word.text == "ram")
    }) {
        return None;
    }
    let memory_mb = if is_megabytes(unit) {
        Some(number).filter(|mb| *mb == 512 || mb % 1024 == 0 && *mb <= 49_152)
    } else {
        is_gigabytes(unit).then(|| from_gb(number)).flatten()
    }?;
    Some(Size {
        at,
        count,
        memory_mb,
        oc_mark: oc_mark || unit == "go" && count == 1,
        is_bare: !matches!(unit, "gb" | "gib" | "go" | "mb" | "mib"),
    })
}

fn is_unit(text: &str) -> bool {
    matches!(text, "g" | "gb" | "go" | "gib" | "mb" | "mo" | "mib" | "gig" | "gigs" | "gigabytes" | "gbyte")
}

fn is_megabytes(unit: &str) -> bool {
    matches!(unit, "mb" | "mo" | "mib" | "m")
}

/// `gb`, and what codes write behind the `g`: `10gd6x`, `4gd5`, `8gbd6`, `2gl`.
fn is_gigabytes(unit: &str) -> bool {
    let Some(rest) = unit.strip_prefix('g') else { return false };
    matches!(rest, "" | "b" | "o" | "ib" | "ig" | "d" | "l" | "i" | "c" | "bd" | "byte" | "bgddr" | "ddr")
        || generation_behind(rest, &["d", "bd", "ddr", "bgddr", "gddr", "bddr"]).is_some()
}

fn generation_behind<'t>(text: &'t str, prefixes: &[&str]) -> Option<&'t str> {
    prefixes
        .iter()
        .filter_map(|prefix| text.strip_prefix(prefix))
        .find(|rest| matches!(rest.as_bytes(), [b'2'..=b'7'] | [b'2'..=b'7', b'x']))
}

/// The one size that the words name, given the sizes that the chip was sold with. `None` where they name several
/// between which the chip doesn't decide.
pub(super) fn decide<'s>(sizes: impl IntoIterator<Item = &'s Size>, of_chip_mb: &[u32]) -> Option<u32> {
    let mut named_mb: Vec<u32> = sizes.into_iter().map(|size| size.memory_mb).collect();
    named_mb.sort_unstable();
    named_mb.dedup();
    if let [memory_mb] = named_mb[..] {
        return Some(memory_mb);
    }
    named_mb.retain(|memory_mb| of_chip_mb.contains(memory_mb));
    if let [memory_mb] = named_mb[..] { Some(memory_mb) } else { None }
}

/// The type of memory that the words name, in upper case: `GDDR6X`, `HBM2`, `DDR3`. Which of `GDDR6` and `DDR6` a
/// shop writes means nothing from the fifth generation on.
pub(super) fn memory_type(words: &[Word]) -> Option<String> {
    words.iter().find_map(|word| {
        let text = word.text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches("gb");
        if matches!(text, "hbm" | "hbm2" | "hbm2e" | "hbm3" | "hbm3e") {
            return Some(text.to_uppercase());
        }
        let is_graphics = !text.starts_with("ddr");
        // `D6` alone is a type, `D5` behind anything else part of a code.
        let alone = Some("d").filter(|_| text.len() == word.text.len());
        let mut prefixes = ["gddr", "gdrr", "ddr", "gd", "g", "sddr"].into_iter().chain(alone);
        let generation = prefixes.find_map(|prefix| generation_behind(text, &[prefix]))?;
        if generation.starts_with(['5', '6', '7']) {
            return Some(format!("GDDR{}", generation.to_uppercase()));
        }
        // `2gd3` in a code is DDR3 as often as GDDR3.
        let is_written_out = text.contains("ddr");
        is_written_out
            .then(|| format!("{}DDR{generation}", if is_graphics && generation != "4" { "G" } else { "" }))
    })
}

/// The generation of a type of memory, with its `X`: what is compared.
pub(crate) fn generation(memory_type: &str) -> &str {
    memory_type.trim_start_matches('G').trim_start_matches("DDR")
}
