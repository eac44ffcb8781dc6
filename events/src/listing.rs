//! What one shop says about one video card, in our units.
//!
//! `None` means that the shop doesn't say, an empty list that it says "none".

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// What one shop says about one video card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The title as the shop writes it, with white space tidied.
    pub title: String,
    /// The listing's page in the shop.
    pub url: String,
    /// The brand as the shop writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The graphics chip as the shop writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<String>,
    /// Manufacturer's part numbers as the shop writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mpns: Vec<String>,
    /// Barcodes as GTIN-14 (14 digits, leading zeros), each with a right check digit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gtins: Vec<String>,
    /// The price, above zero.
    pub price: Price,
    /// Whether it can be bought.
    pub availability: Availability,
    /// How many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
    /// Addresses of pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
    /// Technical characteristics.
    #[serde(default)]
    pub specs: Specs,
    /// Bus, outputs and power connectors.
    #[serde(default)]
    pub interfaces: Interfaces,
    /// Supported technologies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technologies: Option<Vec<SupportedTechnology>>,
    /// When the shop says that it changed, by the shop's clock: for people, never for ordering.
    pub shop_updated_at: DateTime<Utc>,
}

/// The longest title, address, code or name in a listing, in bytes.
const LONGEST_TEXT_BYTES: usize = 4096;
/// The longest code or name of a technology, a part number, a currency, or a word for an interface, in bytes.
const LONGEST_WORD_BYTES: usize = 1024;
/// The most entries of one list of a listing.
pub const LONGEST_LIST: usize = 200;

impl Listing {
    /// Refuses what the contract doesn't allow: a price that is not above zero, and texts and lists beyond any
    /// listing's.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let technologies = || self.technologies.iter().flatten();
        let outputs = || self.interfaces.outputs.iter().flatten();
        let connectors = || self.interfaces.power_connectors.iter().flatten();
        let texts = [&self.title, &self.url].into_iter().chain(&self.images);
        let names = technologies().flat_map(|technology| [&technology.code, &technology.name]);
        let versions = technologies().filter_map(|technology| technology.version.as_ref());
        let kinds = outputs().map(|output| &output.kind).chain(connectors().map(|connector| &connector.kind));
        let output_versions = outputs().filter_map(|output| output.version.as_ref());
        let bus = self.interfaces.bus.iter();
        let bus_words = bus.flat_map(|bus| [Some(&bus.kind), bus.version.as_ref()]).flatten();
        let facts = [&self.brand, &self.gpu, &self.specs.memory_type, &self.specs.architecture];
        let words =
            names.chain(versions).chain(kinds).chain(output_versions).chain(facts.into_iter().flatten());
        let words = words.chain(&self.mpns).chain(&self.gtins);
        let mut words = words.chain(bus_words).chain([&self.price.currency]);
        let lists = [
            self.mpns.len(),
            self.gtins.len(),
            self.images.len(),
            technologies().count(),
            outputs().count(),
            connectors().count(),
        ];
        if self.price.amount_minor <= 0 {
            Err("the price is not above zero")
        } else if texts.into_iter().any(|text| text.len() > LONGEST_TEXT_BYTES) {
            Err("a title or an address is longer than 4096 bytes")
        } else if words.any(|word| word.len() > LONGEST_WORD_BYTES) {
            Err("a code or a name is longer than 1024 bytes")
        } else if lists.iter().any(|length| *length > LONGEST_LIST) {
            Err("a list has more than 200 entries")
        } else {
            Ok(())
        }
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// In minor units of the currency: cents for USD, yen for JPY.
    pub amount_minor: i64,
    /// ISO 4217, upper case.
    pub currency: String,
}

/// Whether a listing can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Now, from stock.
    InStock,
    /// Now, for a later release.
    Preorder,
    /// Now, delivered once the shop has it.
    OnOrder,
    /// Not now.
    OutOfStock,
    /// Never again.
    Discontinued,
    /// The shop doesn't say, or in a word that is not known.
    Unknown,
}

/// Technical characteristics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Specs {
    /// Memory in MB of 1024 KB: 12 GB is 12288.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u32>,
    /// `GDDR6X`, `HBM2`, in upper case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_type: Option<String>,
    /// Width of the memory bus in bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bus_bits: Option<u32>,
    /// Memory bandwidth in MB/s of 1000 KB: 504.2 GB/s is 504200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bandwidth_mbps: Option<u32>,
    /// Base clock in MHz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_clock_mhz: Option<u32>,
    /// Boost clock in MHz.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boost_clock_mhz: Option<u32>,
    /// Number of stream processors (CUDA cores, shaders).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_processors: Option<u32>,
    /// Power of the whole board in watts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board_power_watts: Option<u32>,
    /// Power supply that the maker recommends, in watts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recommended_psu_watts: Option<u32>,
    /// Length in mm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length_mm: Option<u32>,
    /// Width in hundredths of a slot: 3.25 slots are 325.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_width_hundredths: Option<u32>,
    /// Process of the chip in nm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process_nm: Option<u32>,
    /// Architecture of the chip: `Ada Lovelace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Day of the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_on: Option<NaiveDate>,
}

/// Bus, outputs and power connectors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Interfaces {
    /// What the card is plugged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bus: Option<Bus>,
    /// Video outputs, by kind and version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Vec<Output>>,
    /// Power connectors, by kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_connectors: Option<Vec<PowerConnector>>,
}

/// What a card is plugged into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bus {
    /// `PCIe`.
    pub kind: String,
    /// `4.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Number of lanes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lanes: Option<u32>,
}

/// Video outputs of one kind and version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Output {
    /// `hdmi`, `displayport`, `dvi`, `vga`, `usb-c`.
    pub kind: String,
    /// `2.1a`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How many of them.
    pub count: u32,
}

/// Power connectors of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PowerConnector {
    /// `16-pin`, `8-pin`.
    pub kind: String,
    /// How many of them.
    pub count: u32,
}

/// A technology that a card supports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SupportedTechnology {
    /// Its code: `ray-tracing`, `dlss`.
    pub code: String,
    /// Its name for people: `Ray Tracing`, `DLSS`.
    pub name: String,
    /// Which version of it: `3.5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}
