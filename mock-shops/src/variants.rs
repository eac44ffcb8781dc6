//! What tells boards of one line and chip apart: overclocking, colour, edition, revision, and the limiter that
//! some Ampere boards have. Plain variants come first, so that a small catalogue looks like a real one; a large
//! one needs the odd ones too.

use crate::catalogue::{Chip, RevisionStyle};

/// Colours other than black; the first means that none is named.
const COLOURS: [&str; 5] = ["", "White", "Pink", "Red", "Blue"];
/// Edition words; the first means that there is none. None of them is a line's or a chip's word.
const EDITIONS: [&str; 15] = [
    "",
    "EVO",
    "Plus",
    "Advanced",
    "Ultra",
    "Classic",
    "Lite",
    "Max",
    "Premium",
    "Signature",
    "Origin",
    "Select",
    "Vision",
    "Studio",
    "Prestige",
];
/// The highest revision of a board.
const REVISIONS: u8 = 3;

/// One variant of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    /// Sold with higher clocks than the chip's maker specifies: `OC`.
    pub(crate) overclocked: bool,
    /// With the limiter against mining: `LHR`.
    pub(crate) hash_limited: bool,
    colour: u8,
    edition: u8,
    revision: u8,
}

impl Variant {
    /// All variants of boards without the limiter, the most usual first.
    pub(crate) fn unlimited() -> Vec<Self> {
        Self::all().into_iter().filter(|variant| !variant.hash_limited).collect()
    }

    /// All variants, the most usual first.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for overclocked in [true, false] {
            for hash_limited in [false, true] {
                for colour in 0..COLOURS.len() {
                    for edition in 0..EDITIONS.len() {
                        for revision in 1..=REVISIONS {
                            all.push(Self {
                                overclocked,
                                hash_limited,
                                colour: narrow(colour),
                                edition: narrow(edition),
                                revision,
                            });
                        }
                    }
                }
            }
        }
        all.sort_by_key(|variant| variant.oddness());
        all
    }

    /// How unusual it is.
    fn oddness(self) -> u32 {
        let colour = [0, 3, 7, 7, 7][usize::from(self.colour)];
        let edition = if self.edition == 0 { 0 } else { 3 + u32::from(self.edition) };
        let revision = [0, 0, 3, 6][usize::from(self.revision)];
        colour + edition + revision + u32::from(!self.overclocked) + 2 * u32::from(self.hash_limited)
    }

    /// `White`, or nothing.
    pub(crate) fn colour(self) -> Option<&'static str> {
        Some(COLOURS[usize::from(self.colour)]).filter(|word| !word.is_empty())
    }

    /// `EVO`, or nothing.
    pub(crate) fn edition(self) -> Option<&'static str> {
        Some(EDITIONS[usize::from(self.edition)]).filter(|word| !word.is_empty())
    }

    /// `V2` or `rev. 2.0`; nothing for the first revision.
    pub(crate) fn revision(self, style: RevisionStyle) -> Option<String> {
        (self.revision > 1).then(|| match style {
            RevisionStyle::V => format!("V{}", self.revision),
            RevisionStyle::Rev => format!("rev. {}.0", self.revision),
        })
    }

    /// The words that an advertised code ends in, overclocking aside, each after the joiner.
    pub(crate) fn code_words(self, style: RevisionStyle, joiner: &str) -> String {
        let revision = self.revision(style).map(|word| word.replace(". ", ""));
        let limiter = self.hash_limited.then_some("LHR");
        [limiter, self.colour(), self.edition(), revision.as_deref()]
            .into_iter()
            .flatten()
            .flat_map(|word| [joiner.to_owned(), word.to_uppercase()])
            .collect()
    }

    /// Its price in percent of the line's usual one.
    pub(crate) fn price_pct(self) -> u32 {
        100 + 3 * u32::from(self.overclocked) + 2 * u32::from(self.colour > 0) + u32::from(self.edition)
    }
}

/// Whether boards with this chip were also made with the limiter against mining.
pub(crate) fn was_hash_limited(chip: &Chip) -> bool {
    const LIMITED: [&str; 6] = ["3060", "3060 Ti", "3070", "3070 Ti", "3080", "3080 Ti"];
    chip.name.strip_prefix("GeForce RTX ").is_some_and(|number| LIMITED.contains(&number))
}

/// The lists above are shorter than 256.
fn narrow(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}
