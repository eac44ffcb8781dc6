//! What is known of real chips and board partners: the files in `catalogue/`, built into the program. Facts
//! alone; no product, price of the day or mess is here.

use serde::Deserialize;

/// Everything that products are made of.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The chips, each with one size of memory.
    pub(crate) chips: Vec<Chip>,
    /// The brands that put them on boards.
    pub(crate) partners: Vec<Partner>,
}

/// Who made a chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Maker {
    /// NVIDIA.
    #[serde(rename = "NVIDIA")]
    Nvidia,
    /// AMD.
    #[serde(rename = "AMD")]
    Amd,
    /// Intel.
    Intel,
}

impl Maker {
    /// The letter that stands for it in `Line::makers`.
    fn letter(self) -> char {
        match self {
            Self::Nvidia => 'N',
            Self::Amd => 'A',
            Self::Intel => 'I',
        }
    }
}

/// A graphics chip with one size of memory, as its maker specifies it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chip {
    /// `GeForce RTX 4070 SUPER`.
    pub(crate) name: String,
    pub(crate) maker: Maker,
    pub(crate) architecture: String,
    pub(crate) process_nm: u32,
    pub(crate) memory_mb: u32,
    pub(crate) memory_type: String,
    pub(crate) memory_bus_bits: u32,
    /// Gigabytes a second.
    pub(crate) memory_bandwidth_gbps: f64,
    pub(crate) base_clock_mhz: u32,
    pub(crate) boost_clock_mhz: u32,
    pub(crate) shaders: u32,
    pub(crate) tdp_w: u32,
    pub(crate) psu_w: u32,
    /// `2024-01-17`.
    pub(crate) released_on: String,
    pub(crate) pcie_version: String,
    pub(crate) pcie_lanes: u32,
    pub(crate) outputs: Vec<Output>,
    pub(crate) power_connectors: Vec<PowerConnector>,
    pub(crate) technologies: Vec<Technology>,
    /// What a plain card cost when it came out, in US dollars.
    pub(crate) price_usd: u32,
}

/// Ports of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    pub(crate) kind: String,
    pub(crate) version: Option<String>,
    pub(crate) count: u32,
}

/// Power plugs of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PowerConnector {
    pub(crate) pins: u32,
    pub(crate) count: u32,
}

/// Something that a chip can do.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Technology {
    /// The canonical code: `ray-tracing`.
    pub(crate) code: String,
    pub(crate) version: Option<String>,
}

/// A board partner: a brand on the box.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Partner {
    pub(crate) brand: String,
    /// The brand as untidy shops capitalize it.
    pub(crate) other_case: String,
    /// The brand with the rest of the company's name.
    pub(crate) long_form: String,
    /// One of its lines that shops take for the brand.
    pub(crate) line_as_brand: String,
    /// A second brand of the same house for the same boards.
    pub(crate) other_name: Option<String>,
    /// The day after which it made no more boards for newer chips.
    pub(crate) until: Option<String>,
    /// Its GS1 company prefixes, seven digits each.
    pub(crate) gs1: Vec<String>,
    /// The pattern of the code that it advertises, if it has one (see `codes`).
    pub(crate) marketing: Option<String>,
    /// The pattern of the code that is on the box's label, if it is another.
    pub(crate) factory: Option<String>,
    /// What stands before each further word in the advertised code.
    pub(crate) joiner: String,
    /// How it numbers a board's revisions: `V` for `V2`, `rev` for `rev. 2.0`.
    pub(crate) revision: RevisionStyle,
    pub(crate) lines: Vec<Line>,
}

/// How a board's revisions are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum RevisionStyle {
    /// `V2`.
    #[serde(rename = "V")]
    V,
    /// `rev. 2.0`.
    #[serde(rename = "rev")]
    Rev,
}

/// A partner's line of boards.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    /// `TUF Gaming`.
    pub(crate) words: String,
    /// What stands for it in codes.
    pub(crate) code: String,
    /// What follows the memory's size in codes.
    #[serde(default)]
    pub(crate) tail: String,
    pub(crate) fans: u32,
    /// The width in slots.
    pub(crate) slots: String,
    /// Its price in percent of a plain card's.
    pub(crate) price_pct: u32,
    /// For chips of which prices it is made, both ends included.
    usd: [u32; 2],
    /// For whose chips it is made: `N`, `A` and `I`.
    makers: String,
}

impl Catalogue {
    /// The catalogue that is built in.
    pub(crate) fn embedded() -> Result<Self, serde_json::Error> {
        Ok(Self {
            chips: serde_json::from_str(include_str!("../catalogue/chips.json"))?,
            partners: serde_json::from_str(include_str!("../catalogue/partners.json"))?,
        })
    }
}

impl Partner {
    /// Whether this partner makes this line with this chip.
    pub(crate) fn makes(&self, line: &Line, chip: &Chip) -> bool {
        line.makers.contains(chip.maker.letter())
            && (line.usd[0]..=line.usd[1]).contains(&chip.price_usd)
            && self.until.as_ref().is_none_or(|until| chip.released_on <= *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_readable_and_plausible() {
        let catalogue = Catalogue::embedded().expect("the built-in files are valid");
        assert!(catalogue.chips.len() > 100);
        for chip in &catalogue.chips {
            let series = chip.name.split(' ').next().unwrap();
            let expected = match chip.maker {
                Maker::Nvidia => "GeForce",
                Maker::Amd => "Radeon",
                Maker::Intel => "Arc",
            };
            assert_eq!(series, expected, "{}", chip.name);
            assert!(chip.memory_mb.is_multiple_of(1024), "{}", chip.name);
            assert!(chip.boost_clock_mhz >= chip.base_clock_mhz, "{}", chip.name);
            assert!(!chip.outputs.is_empty(), "{}", chip.name);
        }
        for partner in &catalogue.partners {
            assert!(partner.gs1.iter().all(|prefix| prefix.len() == 7), "{}", partner.brand);
            assert!(partner.marketing.is_some() || partner.factory.is_some(), "{}", partner.brand);
            for line in &partner.lines {
                let chips = catalogue.chips.iter().filter(|chip| partner.makes(line, chip)).count();
                assert!(chips > 0, "{} {} fits no chip", partner.brand, line.words);
            }
        }
    }
}
