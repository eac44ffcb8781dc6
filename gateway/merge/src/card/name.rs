//! A card's name: house, line, chip, and what tells it apart, in one order for all cards.

use super::Member;
use super::choice::Choice;
use super::fields::NAME;
use crate::decide::size_text;
use crate::identity::{Brand, Gpu, telling};

/// A longer title is cut where it has to serve as the name.
const MAX_CHARS: usize = 160;

/// Words of lines that are not written with one capital letter at their beginning.
const WRITTEN: &[(&str, &str)] = &[
    ("1click", "1-Click"),
    ("amp", "AMP"),
    ("aorus", "AORUS"),
    ("bifrost", "BiFrost"),
    ("btf", "BTF"),
    ("click", "1-Click"),
    ("dd", "DD"),
    ("dualfan", "Dual Fan"),
    ("ek", "EK"),
    ("epic-x", "EPIC-X"),
    ("evo", "EVO"),
    ("ex", "EX"),
    ("ftw", "FTW"),
    ("gamerock", "GameRock"),
    ("gamingbox", "Gaming Box"),
    ("gs", "GS"),
    ("hof", "HOF"),
    ("ichill", "iChill"),
    ("igame", "iGame"),
    ("itx", "ITX"),
    ("jetstream", "JetStream"),
    ("ko", "KO"),
    ("lc", "LC"),
    ("lp", "Low Profile"),
    ("proart", "ProArt"),
    ("rog", "ROG"),
    ("sc", "SC"),
    ("se", "Special Edition"),
    ("seahawk", "Sea Hawk"),
    ("sff", "SFF"),
    ("sg", "SG"),
    ("singlefan", "Single Fan"),
    ("soc", "SOC"),
    ("ssc", "SSC"),
    ("suprim", "SUPRIM"),
    ("thicc", "THICC"),
    ("triplefan", "Triple Fan"),
    ("tuf", "TUF"),
    ("twinfan", "Twin Fan"),
    ("wb", "WB"),
    ("xc", "XC"),
];

/// Words that one house writes in a way of its own: its slug, the word, and how it writes it.
const WRITTEN_BY_HOUSE: &[(&str, &str, &str)] = &[("sapphire", "nitro", "NITRO+")];

/// The name, and every shop's title beside it.
pub(super) fn of(
    choice: &mut Choice<'_>,
    brand: Option<&Brand>,
    gpu: Option<&Gpu>,
    memory_mb: Option<u32>,
) -> String {
    let ranked = choice.ranked(NAME);
    let name = match (brand, gpu) {
        (Some(brand), Some(gpu)) => Some(canonical(&ranked, brand, gpu, memory_mb)),
        _ => None,
    };
    let name = name.unwrap_or_else(|| best_title(&ranked));
    for member in ranked {
        choice.source(NAME, member, member.listing.title.clone(), member.listing.title == name, false);
    }
    name
}

fn canonical(ranked: &[&Member<'_>], brand: &Brand, gpu: &Gpu, memory_mb: Option<u32>) -> String {
    let line = line(ranked, &brand.slug);
    let chip = if brand.name == "NVIDIA" { gpu.name.trim_start_matches("NVIDIA ") } else { &gpu.name };
    let any = |says: fn(&Member<'_>) -> bool| ranked.iter().any(|member| says(member));
    let revision = ranked.iter().filter_map(|member| member.identity.revision).max();
    let colour = ranked.iter().find_map(|member| member.identity.colour);
    let parts = [
        Some(brand.name.clone()),
        (!line.is_empty()).then_some(line),
        Some(chip.to_owned()),
        any(|member| member.identity.oc == Some(true)).then(|| "OC".to_owned()),
        any(|member| member.identity.lhr == Some(true)).then(|| "LHR".to_owned()),
        revision.map(|revision| format!("V{revision}")),
        memory_mb.map(size_text),
        colour.map(|colour| colour.name().to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The line as that listing names it which says most about it; of equals, the best shop's.
fn line(ranked: &[&Member<'_>], house: &str) -> String {
    let words = |member: &Member<'_>| telling(&member.identity.line).len();
    let most = ranked.iter().map(|member| words(member)).max().unwrap_or_default();
    let named = ranked.iter().find(|member| words(member) == most);
    written_line(house, named.map_or(&[][..], |member| &member.identity.line))
}

/// The words of a line as its house, given by its slug, writes them.
pub(crate) fn written_line(house: &str, words: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    words.into_iter().map(|word| written(house, word.as_ref())).collect::<Vec<_>>().join(" ")
}

fn written(house: &str, word: &str) -> String {
    let of_house = WRITTEN_BY_HOUSE.iter().find(|(of, known, _)| *of == house && *known == word);
    let of_all = || WRITTEN.iter().find(|(known, _)| *known == word).map(|(_, written)| *written);
    if let Some(written) = of_house.map(|(.., written)| *written).or_else(of_all) {
        return written.to_owned();
    }
    if word.len() == 1 || word.contains(|c: char| c.is_ascii_digit()) {
        return word.to_uppercase();
    }
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The title of the best shop that has one.
fn best_title(ranked: &[&Member<'_>]) -> String {
    let title = ranked.iter().map(|member| member.listing.title.trim()).find(|title| !title.is_empty());
    title.unwrap_or_default().chars().take(MAX_CHARS).collect()
}
