//! Cards side by side: a row for each field that any of them has.

use async_graphql::SimpleObject;

use super::{
    card::VideoCard,
    rows::{BrandRow, GpuRow},
};

/// Cards side by side.
#[derive(SimpleObject)]
pub struct VideoCardComparison {
    /// The cards, in the order in which they were asked for.
    pub(crate) cards: Vec<VideoCard>,
    /// A row for each field that any of them has.
    pub(crate) rows: Vec<ComparisonRow>,
}

/// One field of several cards.
#[derive(Debug, PartialEq, Eq, SimpleObject)]
pub struct ComparisonRow {
    /// The field, as this schema names it: `specs.memoryGb`.
    field: String,
    /// Its name for people: `Memory`.
    label: String,
    /// Its value for each card, as a person reads it; null: no shop says.
    values: Vec<Option<String>>,
    /// Whether the cards differ in it. One whose value isn't known differs from those that have one.
    differs: bool,
}

/// What is compared of one card.
pub(crate) struct Compared<'c> {
    pub(crate) card: &'c VideoCard,
    pub(crate) brand: Option<&'c BrandRow>,
    pub(crate) gpu: Option<&'c GpuRow>,
    /// The best offer's price, as people write it.
    pub(crate) price: Option<String>,
    /// Technologies with their versions, by code.
    pub(crate) technologies: Vec<String>,
}

type Read = fn(&Compared<'_>) -> Option<String>;

/// The fields that are compared, in the order in which people look at them.
const FIELDS: &[(&str, &str, Read)] = &[
    ("bestOffer", "Best price", |it| it.price.clone()),
    ("brand", "Brand", |it| it.brand.map(|brand| brand.name.clone())),
    ("gpu", "Chip", |it| it.gpu.map(|gpu| gpu.name.clone())),
    ("gpu.architecture", "Architecture", |it| it.gpu.and_then(|gpu| gpu.architecture.clone())),
    ("specs.memoryGb", "Memory", |it| unit(part(it.specs().memory_mb, 1024.0), "GB")),
    ("specs.memoryType", "Memory type", |it| it.specs().memory_type.clone()),
    ("specs.memoryBusBits", "Memory bus", |it| unit(it.specs().memory_bus_bits, "bit")),
    ("specs.memoryBandwidthGbps", "Memory bandwidth", |it| {
        unit(part(it.specs().memory_bandwidth_mbps, 1000.0), "GB/s")
    }),
    ("specs.baseClockMhz", "Base clock", |it| unit(it.specs().base_clock_mhz, "MHz")),
    ("specs.boostClockMhz", "Boost clock", |it| unit(it.specs().boost_clock_mhz, "MHz")),
    ("specs.streamProcessors", "Stream processors", |it| it.specs().stream_processors.map(|n| n.to_string())),
    ("specs.boardPowerWatts", "Board power", |it| unit(it.specs().board_power_watts, "W")),
    ("specs.recommendedPsuWatts", "Recommended power supply", |it| {
        unit(it.specs().recommended_psu_watts, "W")
    }),
    ("specs.lengthMm", "Length", |it| unit(it.specs().length_mm, "mm")),
    ("specs.slotWidth", "Slots", |it| {
        part(it.specs().slot_width_hundredths, 100.0).map(|slots| slots.to_string())
    }),
    ("specs.processNm", "Process", |it| unit(it.specs().process_nm, "nm")),
    ("specs.releasedOn", "Release", |it| it.specs().released_on.map(|day| day.to_string())),
    ("interfaces.bus", "Bus", |it| {
        it.interfaces().bus.as_ref().map(|bus| {
            let lanes = bus.lanes.map(|lanes| format!("x{lanes}"));
            let parts = [Some(bus.kind.clone()), bus.version.clone(), lanes];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        })
    }),
    ("interfaces.outputs", "Outputs", |it| {
        let outputs = it.interfaces().outputs.as_ref()?;
        let one = |output: &events::Output| {
            let version = output.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
            format!("{} × {}{version}", output.count, output.kind)
        };
        list(outputs.iter().map(one))
    }),
    ("interfaces.powerConnectors", "Power connectors", |it| {
        let connectors = it.interfaces().power_connectors.as_ref()?;
        list(connectors.iter().map(|connector| format!("{} × {}", connector.count, connector.kind)))
    }),
    ("technologies", "Technologies", |it| list(it.technologies.iter().cloned())),
];

impl Compared<'_> {
    fn specs(&self) -> &events::Specs {
        &self.card.0.document.specs
    }

    fn interfaces(&self) -> &events::Interfaces {
        &self.card.0.document.interfaces
    }
}

fn part(value: Option<u32>, of: f64) -> Option<f64> {
    value.map(|value| f64::from(value) / of)
}

fn unit(value: Option<impl ToString>, unit: &str) -> Option<String> {
    value.map(|value| format!("{} {unit}", value.to_string()))
}

fn list(values: impl Iterator<Item = String>) -> Option<String> {
    let values: Vec<String> = values.collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The rows of a comparison; a field that no card has is left out.
pub(crate) fn rows(cards: &[Compared<'_>]) -> Vec<ComparisonRow> {
    FIELDS
        .iter()
        .filter_map(|(field, label, read)| {
            let values: Vec<Option<String>> = cards.iter().map(read).collect();
            values.iter().any(Option::is_some).then(|| ComparisonRow {
                field: (*field).to_owned(),
                label: (*label).to_owned(),
                differs: values.iter().any(|value| *value != values[0]),
                values,
            })
        })
        .collect()
}
