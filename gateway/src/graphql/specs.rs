//! Technical characteristics and interfaces of a card. Null means that no shop says.

use async_graphql::SimpleObject;
use events::{Interfaces as StoredInterfaces, Specs as StoredSpecs};

use super::{
    names::int,
    packed::{InterfacesView, OutputView, PowerConnectorView, SpecsView},
    plan::Expected,
    scalars::Date,
    straight::{Out, Straight},
};

/// Technical characteristics; null: no shop says.
#[derive(SimpleObject)]
pub struct Specs {
    /// Memory in GB of 1024 MB.
    memory_gb: Option<f64>,
    /// Kind of memory: `GDDR6X`.
    memory_type: Option<String>,
    /// Width of the memory bus in bits.
    memory_bus_bits: Option<i32>,
    /// Memory bandwidth in GB/s.
    memory_bandwidth_gbps: Option<f64>,
    /// Base clock in MHz.
    base_clock_mhz: Option<i32>,
    /// Boost clock in MHz.
    boost_clock_mhz: Option<i32>,
    /// Number of stream processors (CUDA cores, shaders).
    stream_processors: Option<i32>,
    /// Power of the whole board in watts.
    board_power_watts: Option<i32>,
    /// Power supply that the maker recommends, in watts.
    recommended_psu_watts: Option<i32>,
    /// Length in mm.
    length_mm: Option<i32>,
    /// Width in slots: `2.5`.
    slot_width: Option<f64>,
    /// Process of the chip in nm.
    process_nm: Option<i32>,
    /// Day of the release.
    released_on: Option<Date>,
}

/// How many MB one GB of memory has.
const MB_IN_GB: f64 = 1024.0;
/// How many MB/s one GB/s has.
const MBPS_IN_GBPS: f64 = 1000.0;
/// How many hundredths one slot has.
const HUNDREDTHS: f64 = 100.0;

fn whole(value: Option<u32>) -> Option<i32> {
    value.map(|value| int(value.into()))
}

fn part(value: Option<u32>, of: f64) -> Option<f64> {
    value.map(|value| f64::from(value) / of)
}

impl From<&StoredSpecs> for Specs {
    fn from(specs: &StoredSpecs) -> Self {
        Self {
            memory_gb: part(specs.memory_mb, MB_IN_GB),
            memory_type: specs.memory_type.clone(),
            memory_bus_bits: whole(specs.memory_bus_bits),
            memory_bandwidth_gbps: part(specs.memory_bandwidth_mbps, MBPS_IN_GBPS),
            base_clock_mhz: whole(specs.base_clock_mhz),
            boost_clock_mhz: whole(specs.boost_clock_mhz),
            stream_processors: whole(specs.stream_processors),
            board_power_watts: whole(specs.board_power_watts),
            recommended_psu_watts: whole(specs.recommended_psu_watts),
            length_mm: whole(specs.length_mm),
            slot_width: part(specs.slot_width_hundredths, HUNDREDTHS),
            process_nm: whole(specs.process_nm),
            released_on: specs.released_on.map(Date),
        }
    }
}

impl Straight for SpecsView<'_> {
    const TYPE: &'static str = "Specs";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "memoryGb" => out.scalar(&part(self.memory_mb, MB_IN_GB)),
            "memoryType" => out.text_or_null(self.memory_type),
            "memoryBusBits" => out.scalar(&whole(self.memory_bus_bits)),
            "memoryBandwidthGbps" => out.scalar(&part(self.memory_bandwidth_mbps, MBPS_IN_GBPS)),
            "baseClockMhz" => out.scalar(&whole(self.base_clock_mhz)),
            "boostClockMhz" => out.scalar(&whole(self.boost_clock_mhz)),
            "streamProcessors" => out.scalar(&whole(self.stream_processors)),
            "boardPowerWatts" => out.scalar(&whole(self.board_power_watts)),
            "recommendedPsuWatts" => out.scalar(&whole(self.recommended_psu_watts)),
            "lengthMm" => out.scalar(&whole(self.length_mm)),
            "slotWidth" => out.scalar(&part(self.slot_width_hundredths, HUNDREDTHS)),
            "processNm" => out.scalar(&whole(self.process_nm)),
            "releasedOn" => out.scalar(&self.released_on),
            _ => false,
        }
    }
}

/// Bus, outputs and power connectors.
#[derive(SimpleObject)]
pub struct Interfaces {
    /// What the card is plugged into: `PCIe`.
    bus: Option<String>,
    /// The version of the bus: `4.0`.
    bus_version: Option<String>,
    /// Number of lanes of the bus.
    bus_lanes: Option<i32>,
    /// Video outputs; empty as well where no shop says.
    outputs: Vec<Output>,
    /// Power connectors; empty as well where no shop says.
    power_connectors: Vec<PowerConnector>,
}

/// Video outputs of one kind and version.
#[derive(SimpleObject)]
pub struct Output {
    /// `hdmi`, `displayport`, `dvi`, `vga`, `usb-c`.
    kind: String,
    /// `2.1a`; null: no shop says.
    version: Option<String>,
    /// How many of them.
    count: i32,
}

/// Power connectors of one kind.
#[derive(SimpleObject)]
pub struct PowerConnector {
    /// `16-pin`, `8-pin`.
    kind: String,
    /// How many of them.
    count: i32,
}

impl From<&StoredInterfaces> for Interfaces {
    fn from(interfaces: &StoredInterfaces) -> Self {
        let bus = interfaces.bus.as_ref();
        Self {
            bus: bus.map(|bus| bus.kind.clone()),
            bus_version: bus.and_then(|bus| bus.version.clone()),
            bus_lanes: whole(bus.and_then(|bus| bus.lanes)),
            outputs: interfaces
                .outputs
                .iter()
                .flatten()
                .map(|output| Output {
                    kind: output.kind.clone(),
                    version: output.version.clone(),
                    count: int(output.count.into()),
                })
                .collect(),
            power_connectors: interfaces
                .power_connectors
                .iter()
                .flatten()
                .map(|connector| PowerConnector {
                    kind: connector.kind.clone(),
                    count: int(connector.count.into()),
                })
                .collect(),
        }
    }
}

impl Straight for InterfacesView<'_> {
    const TYPE: &'static str = "Interfaces";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        let bus = self.bus.as_ref();
        match field.name.as_str() {
            "bus" => out.text_or_null(bus.map(|bus| bus.kind)),
            "busVersion" => out.text_or_null(bus.and_then(|bus| bus.version)),
            "busLanes" => out.scalar(&whole(bus.and_then(|bus| bus.lanes))),
            "outputs" => out.list(self.outputs.iter().flatten(), &field.fields),
            "powerConnectors" => out.list(self.power_connectors.iter().flatten(), &field.fields),
            _ => false,
        }
    }
}

impl Straight for OutputView<'_> {
    const TYPE: &'static str = "Output";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "kind" => out.text(self.kind),
            "version" => out.text_or_null(self.version),
            "count" => out.scalar(&int(self.count.into())),
            _ => false,
        }
    }
}

impl Straight for PowerConnectorView<'_> {
    const TYPE: &'static str = "PowerConnector";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "kind" => out.text(self.kind),
            "count" => out.scalar(&int(self.count.into())),
            _ => false,
        }
    }
}
