//! Whose value wins, field by field. This is the only place that knows any shop by name.

/// Shops whose technical characteristics are the best there are.
const TECHNICAL: &[&str] = &["netvideo", "countrylink"];
/// Shops whose interfaces and technologies are the best there are.
const CONNECTIONS: &[&str] = &["countrylink", "netvideo"];

/// A field of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// As the API names it.
    pub(super) path: &'static str,
    /// The shops whose value wins, the best first; every other shop comes after them, by its slug.
    first: &'static [&'static str],
}

const fn field(path: &'static str, first: &'static [&'static str]) -> Field {
    Field { path, first }
}

impl Field {
    /// Where a shop stands: the lowest wins.
    pub(super) fn rank(self, shop: &str) -> usize {
        self.first.iter().position(|first| *first == shop).unwrap_or(self.first.len())
    }
}

pub(super) const NAME: Field = field("name", TECHNICAL);
pub(super) const BRAND: Field = field("brand", TECHNICAL);
pub(super) const GPU: Field = field("gpu", TECHNICAL);
pub(super) const MPNS: Field = field("mpns", TECHNICAL);
pub(super) const GTINS: Field = field("gtins", TECHNICAL);
pub(super) const IMAGES: Field = field("images", TECHNICAL);
pub(super) const MEMORY: Field = field("specs.memoryGb", TECHNICAL);
pub(super) const MEMORY_TYPE: Field = field("specs.memoryType", TECHNICAL);
pub(super) const MEMORY_BUS: Field = field("specs.memoryBusBits", TECHNICAL);
pub(super) const MEMORY_BANDWIDTH: Field = field("specs.memoryBandwidthGbps", TECHNICAL);
pub(super) const BASE_CLOCK: Field = field("specs.baseClockMhz", TECHNICAL);
pub(super) const BOOST_CLOCK: Field = field("specs.boostClockMhz", TECHNICAL);
pub(super) const STREAM_PROCESSORS: Field = field("specs.streamProcessors", TECHNICAL);
pub(super) const BOARD_POWER: Field = field("specs.boardPowerWatts", TECHNICAL);
pub(super) const RECOMMENDED_PSU: Field = field("specs.recommendedPsuWatts", TECHNICAL);
pub(super) const LENGTH: Field = field("specs.lengthMm", TECHNICAL);
pub(super) const SLOT_WIDTH: Field = field("specs.slotWidth", TECHNICAL);
pub(super) const PROCESS: Field = field("specs.processNm", TECHNICAL);
pub(super) const ARCHITECTURE: Field = field("gpu.architecture", TECHNICAL);
pub(super) const RELEASED_ON: Field = field("specs.releasedOn", TECHNICAL);
pub(super) const BUS: Field = field("interfaces.bus", CONNECTIONS);
pub(super) const BUS_VERSION: Field = field("interfaces.busVersion", CONNECTIONS);
pub(super) const BUS_LANES: Field = field("interfaces.busLanes", CONNECTIONS);
pub(super) const OUTPUTS: Field = field("interfaces.outputs", CONNECTIONS);
pub(super) const POWER_CONNECTORS: Field = field("interfaces.powerConnectors", CONNECTIONS);
pub(super) const TECHNOLOGIES: Field = field("technologies", CONNECTIONS);
