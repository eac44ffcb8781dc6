//! What was measured, for people and for programs, and what is promised of it. Pure.

use serde::Serialize;

use crate::queries::{Cold, QUERIES};

/// In which way a query was driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// pgbench, with the statements that loaders send.
    Statements,
    /// Variables by chance, and nothing kept: each answer is worked out.
    Cold,
    /// Variables by chance, with answers kept that nobody asks for again.
    Unlucky,
    /// As cold, in turn with another query that is held against it.
    Beside,
    /// The same request again and again.
    Hot,
    /// As hot, from a server that does nothing else.
    Fixed,
    /// As cold, with pauses that leave half of the machine idle, in slices of a second.
    Paced,
    /// As cold, in turn with it, of the smaller catalogue.
    Smaller,
    /// As paced, in turn with it, of the smaller catalogue: as many requests.
    PacedSmaller,
}

impl Mode {
    fn words(self) -> &'static str {
        match self {
            Self::Statements => "floor: statements by pgbench",
            Self::Cold => "varied, no answers kept",
            Self::Unlucky => "varied, answers kept",
            Self::Beside => "the same, beside another query",
            Self::Hot => "equal, answers kept",
            Self::Fixed => "floor: a static answer",
            Self::Paced => "varied, no answers kept, half",
            Self::Smaller => "varied, smaller catalogue",
            Self::PacedSmaller => "half, smaller catalogue",
        }
    }
}

/// Some seconds of one query in one way.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) query: &'static str,
    pub(crate) mode: Mode,
    pub(crate) requests: u64,
    pub(crate) requests_per_s: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Of whoever serves, Postgres and Redis together.
    pub(crate) cpu_ms_per_request: f64,
    /// `None`: no gateway on the catalogue that is measured was asked.
    pub(crate) statements_per_request: Option<f64>,
    /// What part of the answers was not worked out. `None`: as above.
    pub(crate) kept: Option<f64>,
    pub(crate) failures: u64,
    /// The first failure that was looked at.
    pub(crate) fault: Option<String>,
}

/// A promise, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Promise {
    pub(crate) what: String,
    pub(crate) measured: f64,
    pub(crate) bound: f64,
    pub(crate) is_kept: bool,
}

impl Promise {
    pub(crate) fn at_least(what: String, measured: f64, bound: f64) -> Self {
        Self { what, measured, bound, is_kept: measured >= bound }
    }

    pub(crate) fn at_most(what: String, measured: f64, bound: f64) -> Self {
        Self { what, measured, bound, is_kept: measured <= bound }
    }

    /// For people.
    pub(crate) fn line(&self) -> String {
        let word = if self.is_kept { "kept  " } else { "BROKEN" };
        format!("{word} {:<44}{:>9.2} of {:.2}", self.what, self.measured, self.bound)
    }
}

/// Everything that a run has measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) cards: i64,
    /// How many the smaller catalogue has, if there is one.
    pub(crate) smaller_cards: Option<i64>,
    pub(crate) connections: u16,
    pub(crate) seconds: u64,
    /// How long varied requests were driven before that.
    pub(crate) warm_up_s: u64,
    /// From a gateway's start until it was ready, in seconds.
    pub(crate) ready_s: f64,
    /// From there until it had read ahead what readers ask for.
    pub(crate) warm_s: f64,
    /// What the gateway took when it was ready, what it takes, and the most it took.
    pub(crate) gateway_mib_at_start: u64,
    pub(crate) gateway_mib: u64,
    pub(crate) gateway_peak_mib: u64,
    pub(crate) measured: Vec<Measured>,
}

/// What hot answers have to reach of a static one.
const HOT_OF_FIXED: f64 = 0.8;
/// What varied queries have to reach with caches of what they reach without.
const UNLUCKY_OF_COLD: f64 = 0.9;
/// How much longer all but one in a hundred answers may take than with the smaller catalogue.
const P99_OF_SMALLER: f64 = 1.5;
/// The most memory of a gateway, in MiB.
const GATEWAY_MIB: f64 = 512.0;
/// How long all but one in a hundred answers with facets may take under half load, in ms.
const PACED_P99_MS: (&str, f64) = ("Q5", 25.0);

impl Report {
    fn find(&self, query: &str, mode: Mode) -> Option<&Measured> {
        self.measured.iter().find(|measured| measured.query == query && measured.mode == mode)
    }

    pub(crate) fn failures(&self) -> u64 {
        self.measured.iter().map(|measured| measured.failures).sum()
    }

    /// What part of the requests/s of the second the first reaches.
    fn ratio(&self, one: (&str, Mode), other: (&str, Mode)) -> Option<f64> {
        let [one, other] = [one, other].map(|(query, mode)| self.find(query, mode));
        Some(one?.requests_per_s / other?.requests_per_s)
    }

    /// How much longer answers take in one way than in another; `None`: there were none.
    fn p99_ratio(&self, query: &str, one: Mode, other: Mode) -> Option<f64> {
        let [one, other] = [one, other].map(|mode| self.find(query, mode).filter(|one| one.requests > 0));
        Some(one?.p99_ms / other?.p99_ms)
    }

    /// What is promised of what was measured.
    pub(crate) fn promises(&self) -> Vec<Promise> {
        let mut promises = Vec::new();
        let mut at_least = |what: String, ratio: Option<f64>, bound| {
            promises.extend(ratio.map(|ratio| Promise::at_least(what, ratio, bound)));
        };
        for query in &QUERIES {
            let name = query.name;
            match query.cold {
                Cold::OfStatements(bound) => {
                    let ratio = self.ratio((name, Mode::Cold), (name, Mode::Statements));
                    at_least(format!("{name} varied, of its statements by pgbench"), ratio, bound);
                }
                Cold::OfQuery(other, bound) => {
                    let ratio = self.ratio((name, Mode::Cold), (other, Mode::Beside));
                    at_least(format!("{name} varied, of {other}"), ratio, bound);
                }
            }
            let ratio = self.ratio((name, Mode::Unlucky), (name, Mode::Cold));
            at_least(format!("{name} varied with caches, of without"), ratio, UNLUCKY_OF_COLD);
            let ratio = self.ratio((name, Mode::Hot), (name, Mode::Fixed));
            at_least(format!("{name} equal, of a static answer"), ratio, HOT_OF_FIXED);
        }
        for name in QUERIES.iter().map(|query| query.name) {
            let ways = [
                ("varied, p99 of that of fewer cards", Mode::Cold, Mode::Smaller),
                ("under half load, p99 of that of fewer", Mode::Paced, Mode::PacedSmaller),
            ];
            for (what, larger, smaller) in ways {
                let ratio = self.p99_ratio(name, larger, smaller);
                promises.extend(
                    ratio.map(|ratio| Promise::at_most(format!("{name} {what}"), ratio, P99_OF_SMALLER)),
                );
            }
        }
        if let Some(paced) = self.find(PACED_P99_MS.0, Mode::Paced) {
            let what = format!("{} under half load, p99 in ms", PACED_P99_MS.0);
            promises.push(Promise::at_most(what, paced.p99_ms, PACED_P99_MS.1));
        }
        #[expect(clippy::cast_precision_loss, reason = "MiB are few")]
        let mib = self.gateway_peak_mib as f64;
        promises.push(Promise::at_most("memory of a gateway, in MiB".to_owned(), mib, GATEWAY_MIB));
        promises
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let beside = self.smaller_cards.map(|cards| format!(" beside {cards}")).unwrap_or_default();
        let mut lines = vec![format!(
            "{} cards{beside}, {} connections, {} s each, varied ones after {} s",
            self.cards, self.connections, self.seconds, self.warm_up_s
        )];
        for query in &QUERIES {
            let measured: Vec<_> = self.measured.iter().filter(|one| one.query == query.name).collect();
            if measured.is_empty() {
                continue;
            }
            lines.push(format!("\n{}: {}", query.name, query.asks_for));
            lines.push(format!(
                "  {:<30}{:>11}{:>9}{:>9}{:>9}{:>12}{:>8}{:>10}",
                "", "requests/s", "p50 ms", "p99 ms", "CPU ms", "statements", "kept", "failures"
            ));
            lines.extend(measured.into_iter().map(Measured::line));
        }
        lines.push(format!(
            "\nA gateway was ready after {:.1} s, had all cards at hand {:.1} s later with {} MiB, took {} MiB at the end and {} MiB at most.\n",
            self.ready_s, self.warm_s, self.gateway_mib_at_start, self.gateway_mib, self.gateway_peak_mib
        ));
        lines.extend(self.promises().iter().map(Promise::line));
        lines.join("\n")
    }
}

impl Measured {
    fn line(&self) -> String {
        let statements = self.statements_per_request.map(|count| format!("{count:.2}")).unwrap_or_default();
        let kept = self.kept.map(|part| format!("{:.0} %", part * 100.0)).unwrap_or_default();
        let mut line = format!(
            "  {:<30}{:>11.0}{:>9.2}{:>9.2}{:>9.3}{:>12}{:>8}{:>10}",
            self.mode.words(),
            self.requests_per_s,
            self.p50_ms,
            self.p99_ms,
            self.cpu_ms_per_request,
            statements,
            kept,
            self.failures
        );
        if let Some(fault) = &self.fault {
            line.push_str("  ");
            line.extend(fault.chars().take(100));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(query: &'static str, mode: Mode, requests_per_s: f64) -> Measured {
        Measured {
            query,
            mode,
            requests: 1,
            requests_per_s,
            p50_ms: 1.0,
            p99_ms: 30.0,
            cpu_ms_per_request: 1.0,
            statements_per_request: None,
            kept: None,
            failures: 0,
            fault: None,
        }
    }

    #[test]
    fn only_what_was_measured_is_held_against_what_is_promised() {
        let report = Report {
            cards: 1,
            smaller_cards: Some(1),
            connections: 1,
            seconds: 1,
            warm_up_s: 2,
            ready_s: 1.0,
            warm_s: 2.0,
            gateway_mib_at_start: 1,
            gateway_mib: 1,
            gateway_peak_mib: 600,
            measured: vec![
                measured("Q1", Mode::Cold, 600.0),
                measured("Q1", Mode::Statements, 1000.0),
                measured("Q1", Mode::Unlucky, 500.0),
                measured("Q2", Mode::Cold, 700.0),
                measured("Q5", Mode::Cold, 400.0),
                measured("Q2", Mode::Beside, 900.0),
                measured("Q5", Mode::Paced, 100.0),
                Measured { p99_ms: 20.0, ..measured("Q1", Mode::Smaller, 800.0) },
                Measured { p99_ms: 19.9, ..measured("Q5", Mode::PacedSmaller, 100.0) },
            ],
        };
        let promises: Vec<(String, bool)> =
            report.promises().into_iter().map(|promise| (promise.what, promise.is_kept)).collect();
        let expected = [
            ("Q1 varied, of its statements by pgbench", true),
            ("Q1 varied with caches, of without", false),
            ("Q5 varied, of Q2", false),
            ("Q1 varied, p99 of that of fewer cards", true),
            ("Q5 under half load, p99 of that of fewer", false),
            ("Q5 under half load, p99 in ms", false),
            ("memory of a gateway, in MiB", false),
        ];
        assert_eq!(promises, expected.map(|(what, is_kept)| (what.to_owned(), is_kept)));
    }
}
