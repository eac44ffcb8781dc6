//! Slices of one way of driving a query, and what they come to. Pure.

use crate::{
    load::Loaded,
    report::{Measured, Mode},
};

/// What came of one slice.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) loaded: Loaded,
    /// How many answers were looked at meanwhile, and how many of them were wrong.
    pub(crate) looks: u64,
    pub(crate) faults: u64,
    /// What was wrong with the first of these.
    pub(crate) fault: Option<String>,
    /// Of whoever serves, Postgres and Redis together.
    pub(crate) cpu_ms: f64,
    /// `None`: no gateway on the catalogue that is measured was asked.
    pub(crate) told: Option<Told>,
}

/// What a gateway and Postgres have counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Statements that readers have had executed.
    pub(crate) statements: u64,
    /// Answers that were not worked out.
    pub(crate) kept: u64,
    /// All answers.
    pub(crate) given: u64,
}

impl Told {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            // Postgres forgets statements that are seldom sent when it knows too many.
            statements: self.statements.saturating_sub(before.statements),
            kept: self.kept.saturating_sub(before.kept),
            given: self.given.saturating_sub(before.given),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            statements: self.statements + other.statements,
            kept: self.kept + other.kept,
            given: self.given + other.given,
        }
    }
}

impl Measured {
    /// What some slices come to. Of percentiles it is the mean over the requests. A slice without any answer is a failure:
    /// what is still waited for at a slice's end doesn't count.
    pub(crate) fn of(query: &'static str, mode: Mode, slices: &[Slice]) -> Self {
        let sum = |of: fn(&Slice) -> u64| slices.iter().map(of).sum::<u64>();
        let requests = sum(|slice| slice.loaded.requests);
        let answers = count((requests + sum(|slice| slice.looks)).max(1));
        let mean = |of: fn(&Slice) -> u64| {
            let weighed = slices.iter().map(|slice| count(slice.loaded.requests) * ms(of(slice)));
            weighed.sum::<f64>() / count(requests.max(1))
        };
        let told: Option<Vec<Told>> = slices.iter().map(|slice| slice.told).collect();
        let told = told.and_then(|told| told.into_iter().reduce(Told::and));
        Self {
            query,
            mode,
            requests,
            requests_per_s: count(requests) * 1e6 / count(sum(|slice| slice.loaded.duration_us).max(1)),
            p50_ms: mean(|slice| slice.loaded.p50_us),
            p99_ms: mean(|slice| slice.loaded.p99_us),
            cpu_ms_per_request: slices.iter().map(|slice| slice.cpu_ms).sum::<f64>() / answers,
            statements_per_request: told.map(|told| count(told.statements) / answers),
            kept: told.filter(|told| told.given > 0).map(|told| count(told.kept) / count(told.given)),
            failures: sum(|slice| {
                slice.loaded.failures() + slice.faults + u64::from(slice.loaded.requests == 0)
            }),
            fault: slices.iter().find_map(|slice| slice.fault.clone()),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of some seconds are far below 2^52")]
pub(crate) fn count(of: u64) -> f64 {
    of as f64
}

pub(crate) fn ms(us: u64) -> f64 {
    count(us) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_come_to_what_all_of_them_did() {
        let slice = |requests, p99_us, told| Slice {
            loaded: Loaded { requests, duration_us: 500_000, p50_us: 100, p99_us, refused: 1, broken: 0 },
            looks: 50,
            faults: u64::from(p99_us > 1_000),
            fault: (p99_us > 1_000).then(|| "wrong".to_owned()),
            cpu_ms: 40.0,
            told,
        };
        let told = Some(Told { statements: 100, kept: 25, given: 100 });
        let all = Measured::of("Q1", Mode::Cold, &[slice(300, 1_000, told), slice(100, 3_000, told)]);
        assert_eq!((all.requests, all.failures, all.fault.as_deref()), (400, 3, Some("wrong")));
        let figures = [all.requests_per_s, all.p50_ms, all.p99_ms, all.cpu_ms_per_request];
        assert_eq!(figures.map(|figure| format!("{figure:.2}")), ["400.00", "0.10", "1.50", "0.16"]);
        assert_eq!((all.statements_per_request, all.kept), (Some(0.4), Some(0.25)));
        let silent = Measured::of("Q1", Mode::Hot, &[slice(0, 0, told), slice(100, 1_000, told)]);
        assert_eq!((silent.failures, silent.requests), (3, 100));
        let beside = Measured::of("Q1", Mode::Fixed, &[slice(300, 1_000, told), slice(300, 1_000, None)]);
        assert_eq!((beside.statements_per_request, beside.kept), (None, None));
    }
}
