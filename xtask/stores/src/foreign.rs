//! An answer in a form that nobody expected, whoever gave it: a program, a store, a service.

use std::fmt::Display;

/// How much of an answer is told.
const TOLD: usize = 500;

/// Something answered in a form that nobody expected.
#[derive(Debug, thiserror::Error)]
#[error("{who} answered {answer}")]
pub struct Foreign {
    who: &'static str,
    answer: String,
}

impl Foreign {
    /// What it said is cut where it is long.
    pub fn new(who: &'static str, answer: impl Display) -> Self {
        Self { who, answer: answer.to_string().chars().take(TOLD).collect() }
    }
}
