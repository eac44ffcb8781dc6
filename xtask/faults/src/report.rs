//! What a row measured, and whether that is what was promised.
//!
//! A row never says "passed": it gives figures with their bounds, and what follows from them is decided here.

use serde::Serialize;
use serde_json::{Value, json};

/// What a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "bound")]
pub(crate) enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Told, but nothing is promised of it.
    Anything,
}

/// One measured value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    /// What was measured; the unit stands last, as in `recovered_ms`.
    pub(crate) name: String,
    pub(crate) measured: f64,
    pub(crate) bound: Bound,
}

impl Figure {
    fn holds(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.measured <= most,
            Bound::AtLeast(least) => self.measured >= least,
            Bound::Anything => true,
        }
    }

    fn text(&self) -> String {
        let Self { name, measured, bound } = self;
        let measured = plain(*measured);
        match bound {
            Bound::AtMost(most) if *most == 0.0 => format!("{name} {measured}"),
            Bound::AtMost(most) => format!("{name} {measured} (≤ {})", plain(*most)),
            Bound::AtLeast(least) => format!("{name} {measured} (≥ {})", plain(*least)),
            Bound::Anything => format!("{name} {measured}"),
        }
    }
}

/// A number as people write it: whole where it is whole or large, three digits after the point elsewhere.
fn plain(number: f64) -> String {
    if number.fract() == 0.0 || number.abs() >= 100.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.3}")
    }
}

/// What came of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Report {
    figures: Vec<Figure>,
    /// What was seen that must never be, in words: the first few of each kind.
    violations: Vec<String>,
}

/// So many violations are told in words; all are counted.
const TOLD: usize = 5;

impl Report {
    /// A figure that must not be larger.
    pub(crate) fn at_most(&mut self, name: impl Into<String>, measured: impl Amount, most: impl Amount) {
        self.add(name, measured, Bound::AtMost(most.amount()));
    }

    /// A figure that must not be smaller.
    pub(crate) fn at_least(&mut self, name: impl Into<String>, measured: impl Amount, least: impl Amount) {
        self.add(name, measured, Bound::AtLeast(least.amount()));
    }

    /// A figure that is only told.
    pub(crate) fn tell(&mut self, name: impl Into<String>, measured: impl Amount) {
        self.add(name, measured, Bound::Anything);
    }

    /// Things that must not be there at all: counted, and the first of them told.
    pub(crate) fn none(&mut self, name: impl Into<String>, found: &[String]) {
        let name = name.into();
        self.violations.extend(found.iter().take(TOLD).map(|one| format!("{name}: {one}")));
        self.at_most(name, found.len(), 0);
    }

    /// Something that had to be so.
    pub(crate) fn holds(&mut self, name: impl Into<String>, result: Result<(), String>) {
        self.none(name, &result.err().into_iter().collect::<Vec<_>>());
    }

    fn add(&mut self, name: impl Into<String>, measured: impl Amount, bound: Bound) {
        self.figures.push(Figure { name: name.into(), measured: measured.amount(), bound });
    }

    /// Whether every figure is within its bound. A report without figures shows nothing, and so has not passed.
    pub(crate) fn passed(&self) -> bool {
        !self.figures.is_empty() && self.figures.iter().all(Figure::holds)
    }

    /// The figures that are not as promised, or all if there are none such.
    pub(crate) fn summary(&self) -> String {
        let failed = self.figures.iter().filter(|figure| !figure.holds());
        let mut texts: Vec<String> = failed.map(|figure| format!("✗ {}", figure.text())).collect();
        let held = self.figures.iter().filter(|figure| figure.holds());
        texts.extend(held.map(Figure::text));
        texts.join(", ")
    }

    /// What was seen that must never be.
    pub(crate) fn violations(&self) -> &[String] {
        &self.violations
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|figure| {
                json!({
                    "name": figure.name,
                    "measured": figure.measured,
                    "promised": figure.bound,
                    "holds": figure.holds(),
                })
            })
            .collect();
        json!({ "passed": self.passed(), "figures": figures, "violations": self.violations })
    }
}

/// Whatever a figure can be made of.
pub(crate) trait Amount {
    /// As a figure.
    fn amount(self) -> f64;
}

impl Amount for f64 {
    fn amount(self) -> f64 {
        self
    }
}

impl Amount for std::time::Duration {
    /// In milliseconds.
    fn amount(self) -> f64 {
        self.as_secs_f64() * 1_000.0
    }
}

impl Amount for i32 {
    fn amount(self) -> f64 {
        self.into()
    }
}

macro_rules! counts {
    ($($kind:ty),*) => { $(impl Amount for $kind {
        #[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
        fn amount(self) -> f64 {
            self as f64
        }
    })* };
}
counts!(usize, u64, i64);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_report_passes_only_when_every_figure_is_as_promised() {
        type Fill = fn(&mut Report);
        let cases: [(Fill, bool); 7] = [
            (|_| (), false),
            (|report| report.at_most("lost", 0, 0), true),
            (|report| report.at_most("lost", 1, 0), false),
            (|report| report.at_least("served", 0.999, 0.999), true),
            (
                |report| {
                    report.at_most("hit_p99_ms", Duration::from_micros(50_001), Duration::from_millis(50));
                },
                false,
            ),
            (|report| report.none("backwards", &["a price fell".to_owned()]), false),
            (|report| report.holds("settled", Ok(())), true),
        ];
        for (place, (fill, expected)) in cases.into_iter().enumerate() {
            let mut report = Report::default();
            fill(&mut report);
            assert_eq!(report.passed(), expected, "case {place}: {}", report.summary());
        }
    }

    #[test]
    fn what_fails_is_told_first() {
        let mut report = Report::default();
        report.tell("changes", 40);
        report.at_most("settled_ms", Duration::from_secs(12), Duration::from_secs(10));
        report.at_most("lost", 0, 0);
        assert_eq!(report.summary(), "✗ settled_ms 12000 (≤ 10000), changes 40, lost 0");
    }
}
