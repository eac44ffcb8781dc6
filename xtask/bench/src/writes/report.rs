//! What was measured of writing, for people and for programs. Pure.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{
    drained::{Drained, Statement},
    shops::{Collected, Read},
};
use crate::report::Promise;

/// What part of what a client reads that does nothing else the collector has to.
const OF_CLIENT: f64 = 0.5;
/// The most memory of a collector, in MiB.
const COLLECTOR_MIB: f64 = 192.0;
/// How many events a second a gateway has to apply that tell of other prices.
const EVENTS_PER_S: f64 = 10_000.0;
/// What part of what a plain consumer keeps.
const OF_FLOOR: f64 = 0.5;

/// Everything that a run has measured.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) reading: Option<Reading>,
    pub(crate) drains: Vec<Drain>,
}

/// How fast two shops were read from end to end, at the same time.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Reading {
    listings: u64,
    client_s: f64,
    collector_s: f64,
    /// By a collector that was started again, and finds everything as it was.
    again_s: f64,
    collector_peak_mib: u64,
}

impl Reading {
    pub(crate) fn of(read: Read, first: Collected, again: Collected) -> Self {
        Self {
            listings: first.items,
            client_s: read.took.as_secs_f64(),
            collector_s: first.took.as_secs_f64(),
            again_s: again.took.as_secs_f64(),
            collector_peak_mib: first.peak_mib.max(again.peak_mib),
        }
    }
}

/// What a queue is full of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backlog {
    /// All that two shops have, told to a gateway that knows nothing.
    FirstSightings { products: u64 },
    /// Other prices of listings that a catalogue has.
    OtherPrices { cards: u64 },
}

impl Backlog {
    fn name(self) -> &'static str {
        match self {
            Self::FirstSightings { .. } => "first sightings",
            Self::OtherPrices { .. } => "other prices",
        }
    }
}

impl fmt::Display for Backlog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::FirstSightings { products } => write!(f, "{name} of {products} products"),
            Self::OtherPrices { cards } => write!(f, "{name} of listings of {cards} cards"),
        }
    }
}

impl Serialize for Backlog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How fast a queue was drained.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Drain {
    pub(crate) what: Backlog,
    pub(crate) applied: Drained,
    pub(crate) floor: Drained,
    /// The gateway's costliest statements.
    pub(crate) statements: Vec<Statement>,
}

impl Report {
    /// What is promised of what was measured.
    pub(crate) fn promises(&self) -> Vec<Promise> {
        let mut promises = Vec::new();
        if let Some(reading) = &self.reading {
            for (what, took_s) in [("for the first time", reading.collector_s), ("again", reading.again_s)] {
                let what = format!("shops read {what}, of a plain client");
                promises.push(Promise::at_least(what, reading.client_s / took_s, OF_CLIENT));
            }
            #[expect(clippy::cast_precision_loss, reason = "MiB are few")]
            let mib = reading.collector_peak_mib as f64;
            promises.push(Promise::at_most("memory of a collector, in MiB".to_owned(), mib, COLLECTOR_MIB));
        }
        for Drain { what, applied, floor, .. } in &self.drains {
            let name = what.name();
            if matches!(what, Backlog::OtherPrices { .. }) {
                let what = format!("{name} applied a second");
                promises.push(Promise::at_least(what, applied.events_per_s, EVENTS_PER_S));
            }
            let of_floor = applied.events_per_s / floor.events_per_s;
            promises.push(Promise::at_least(format!("{name}, of a plain consumer"), of_floor, OF_FLOOR));
        }
        promises
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut lines = Vec::new();
        if let Some(Reading { listings, client_s, collector_s, again_s, collector_peak_mib }) = &self.reading
        {
            lines.push(format!(
                "{listings} listings of two shops: read in {client_s:.2} s by a plain client, in {collector_s:.2} s by \
                 the collector for the first time, and in {again_s:.2} s once it knew all of them; it took \
                 {collector_peak_mib} MiB at most\n"
            ));
        }
        for drain in &self.drains {
            lines.push(format!("{} events: {}", drain.applied.events, drain.what));
            lines.push(format!("  {:<40}{:>12}{:>16}", "", "events/s", "CPU µs an event"));
            let rows =
                [("a gateway", &drain.applied), ("floor: decoded and upserted by unnest", &drain.floor)];
            lines.extend(rows.map(|(name, drained)| {
                format!("  {name:<40}{:>12.0}{:>16.1}", drained.events_per_s, drained.cpu_us_per_event)
            }));
            lines.push(format!(
                "\n  {:<92}{:>8}{:>10}{:>10}",
                "the gateway's statements", "calls", "rows", "ms"
            ));
            lines.extend(drain.statements.iter().map(|one| {
                format!("  {:<92}{:>8}{:>10}{:>10.0}", one.text, one.calls, one.rows, one.total_ms)
            }));
            lines.push(String::new());
        }
        lines.extend(self.promises().iter().map(Promise::line));
        lines.join("\n")
    }
}
