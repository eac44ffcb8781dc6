//! What a row measured, and whether that is what was promised.
//!
//! A row never says "passed": it gives figures with their bounds, and what follows from them is decided here. Figures
//! are of two kinds. Some tell whether what is served is right, and must hold on any machine, however busy. The others
//! tell how fast it is, and count only where services run as they do in earnest.

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

/// What a figure tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Whether what is served is right.
    Truth,
    /// How fast it is.
    Speed,
}

/// Which figures a row is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Judged {
    /// All of them.
    All,
    /// Only those that tell whether what is served is right: a debug build says nothing about speed.
    TruthAlone,
}

impl Judged {
    /// What this build can be judged by: the services are built as it is.
    pub(crate) fn of_this_build() -> Self {
        if cfg!(debug_assertions) { Self::TruthAlone } else { Self::All }
    }
}

/// One measured value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    /// What was measured; the unit stands last, as in `recovered_ms`.
    pub(crate) name: String,
    pub(crate) measured: f64,
    pub(crate) bound: Bound,
    pub(crate) kind: Kind,
}

impl Figure {
    fn is_kept(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.measured <= most,
            Bound::AtLeast(least) => self.measured >= least,
            Bound::Anything => true,
        }
    }

    fn holds(&self, judged: Judged) -> bool {
        self.is_kept() || (judged == Judged::TruthAlone && self.kind == Kind::Speed)
    }

    fn text(&self) -> String {
        let Self { name, measured, bound, .. } = self;
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

    fn add<A: Amount>(&mut self, name: impl Into<String>, measured: A, bound: Bound) {
        self.figures.push(Figure { name: name.into(), measured: measured.amount(), bound, kind: A::KIND });
    }

    /// Whether every figure that it is judged by is within its bound. A report without figures shows nothing, and so has
    /// not passed.
    pub(crate) fn passed(&self, judged: Judged) -> bool {
        !self.figures.is_empty() && self.figures.iter().all(|figure| figure.holds(judged))
    }

    /// All figures: first those that are not as promised, then those that are not either but don't count here.
    pub(crate) fn summary(&self, judged: Judged) -> String {
        let failed = self.figures.iter().filter(|figure| !figure.holds(judged));
        let mut texts: Vec<String> = failed.map(|figure| format!("✗ {}", figure.text())).collect();
        let slow = self.figures.iter().filter(|figure| figure.holds(judged) && !figure.is_kept());
        texts.extend(slow.map(|figure| format!("~ {}", figure.text())));
        texts.extend(self.figures.iter().filter(|figure| figure.is_kept()).map(Figure::text));
        texts.join(", ")
    }

    /// What was seen that must never be.
    pub(crate) fn violations(&self) -> &[String] {
        &self.violations
    }

    /// For programs.
    pub(crate) fn to_json(&self, judged: Judged) -> Value {
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|figure| {
                json!({
                    "name": figure.name,
                    "measured": figure.measured,
                    "promised": figure.bound,
                    "kind": figure.kind,
                    "holds": figure.holds(judged),
                })
            })
            .collect();
        json!({ "passed": self.passed(judged), "figures": figures, "violations": self.violations })
    }
}

/// Whatever a figure can be made of.
pub(crate) trait Amount {
    /// What it tells of.
    const KIND: Kind = Kind::Truth;

    /// As a figure.
    fn amount(self) -> f64;
}

/// A number that depends on how fast everything is: a share of what was done in time, say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speed<A>(pub(crate) A);

impl<A: Amount> Amount for Speed<A> {
    const KIND: Kind = Kind::Speed;

    fn amount(self) -> f64 {
        self.0.amount()
    }
}

impl Amount for f64 {
    fn amount(self) -> f64 {
        self
    }
}

impl Amount for std::time::Duration {
    const KIND: Kind = Kind::Speed;

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
    fn a_report_passes_only_when_every_figure_that_counts_is_as_promised() {
        type Fill = fn(&mut Report);
        // Whether it passes when all is judged, and when truth alone is.
        let cases: [(Fill, bool, bool); 9] = [
            (|_| (), false, false),
            (|report| report.at_most("lost", 0, 0), true, true),
            (|report| report.at_most("lost", 1, 0), false, false),
            (|report| report.at_least("served", 0.999, 0.999), true, true),
            (|report| report.at_least("answered_in_2_s", Speed(0.998), 0.999), false, true),
            (|report| report.at_most("late", Speed(3), 0), false, true),
            (
                |report| {
                    report.at_most("hit_p99_ms", Duration::from_micros(50_001), Duration::from_millis(50));
                },
                false,
                true,
            ),
            (|report| report.none("backwards", &["a price fell".to_owned()]), false, false),
            (|report| report.holds("settled", Ok(())), true, true),
        ];
        for (place, (fill, all, truth)) in cases.into_iter().enumerate() {
            let mut report = Report::default();
            fill(&mut report);
            let passed = [Judged::All, Judged::TruthAlone].map(|judged| report.passed(judged));
            assert_eq!(passed, [all, truth], "case {place}: {}", report.summary(Judged::All));
        }
    }

    #[test]
    fn what_fails_is_told_first() {
        let mut report = Report::default();
        report.tell("changes", 40);
        report.at_most("settled_ms", Duration::from_secs(12), Duration::from_secs(10));
        report.at_most("lost", 0, 0);
        assert_eq!(report.summary(Judged::All), "✗ settled_ms 12000 (≤ 10000), changes 40, lost 0");
        assert_eq!(report.summary(Judged::TruthAlone), "~ settled_ms 12000 (≤ 10000), changes 40, lost 0");
    }
}
