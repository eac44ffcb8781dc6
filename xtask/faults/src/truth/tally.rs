//! How requests went: how many came to which end, and how long they took.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    report::{Report, Speed},
    world::reader::Answer,
};

/// What may be said instead of an answer when time is short. On a machine that is too slow it is said without a fault.
const LATE: [&str; 3] = ["UNAVAILABLE", "OVERLOADED", "TIMEOUT"];

/// Requests by how they went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Times by outcome, as [`Answer::outcome`] names it.
    times: BTreeMap<String, Vec<Duration>>,
}

impl Tally {
    pub(crate) fn add(&mut self, answer: &Answer) {
        self.times.entry(answer.outcome()).or_default().push(answer.took);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (outcome, times) in other.times {
            self.times.entry(outcome).or_default().extend(times);
        }
    }

    /// All requests.
    pub(crate) fn total(&self) -> usize {
        self.times.values().map(Vec::len).sum()
    }

    /// Requests that came to this end.
    pub(crate) fn count(&self, outcome: &str) -> usize {
        self.times.get(outcome).map_or(0, Vec::len)
    }

    /// Which ends there were but `ok`, and how often, in words.
    pub(crate) fn failures(&self) -> Vec<String> {
        let failed = self.times.iter().filter(|(outcome, _)| *outcome != "ok");
        failed.flat_map(|(outcome, times)| std::iter::repeat_n(outcome.clone(), times.len())).collect()
    }

    /// Adds that no request failed: neither for want of time, nor, which is worse, for anything else.
    pub(crate) fn report_failures(&self, report: &mut Report, name: &str) {
        let (late, other): (Vec<_>, Vec<_>) =
            self.failures().into_iter().partition(|outcome| LATE.contains(&outcome.as_str()));
        report.at_most(format!("{name}_late"), Speed(late.len()), 0);
        report.none(name, &other);
    }

    /// How many requests came to each end but `ok`.
    pub(crate) fn failures_by_kind(&self) -> impl Iterator<Item = (&str, usize)> {
        let failed = self.times.iter().filter(|(outcome, _)| *outcome != "ok");
        failed.map(|(outcome, times)| (outcome.as_str(), times.len()))
    }

    /// The share of requests that were answered without an error within a time, from 0 to 1; 1 if there were none.
    #[expect(clippy::cast_precision_loss, reason = "no row asks 2^52 times")]
    pub(crate) fn share_within(&self, within: Duration) -> f64 {
        let quick =
            self.times.get("ok").map_or(0, |times| times.iter().filter(|time| **time <= within).count());
        if self.total() == 0 { 1.0 } else { quick as f64 / self.total() as f64 }
    }

    /// The time within which 99 of 100 requests that came to one of these ends were over; zero if there were none.
    pub(crate) fn p99(&self, outcomes: &[&str]) -> Duration {
        let times = outcomes.iter().filter_map(|outcome| self.times.get(*outcome)).flatten().copied();
        percentile(times.collect(), 99)
    }

    /// The same, whatever they came to.
    pub(crate) fn p99_of_all(&self) -> Duration {
        percentile(self.times.values().flatten().copied().collect(), 99)
    }
}

/// The smallest of these times that `percent` of a hundred are not above; zero if there are none.
pub(crate) fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let milliseconds = |all: &[u64]| all.iter().map(|ms| Duration::from_millis(*ms)).collect::<Vec<_>>();
        let hundred: Vec<u64> = (1..=100).rev().collect();
        let cases = [(&[][..], 99, 0), (&[7], 99, 7), (&[1, 2], 50, 1), (&[1, 2], 99, 2), (&hundred, 99, 99)];
        for (times, percent, expected) in cases {
            assert_eq!(
                percentile(milliseconds(times), percent),
                Duration::from_millis(expected),
                "{times:?}"
            );
        }
    }
}
