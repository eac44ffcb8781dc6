//! The index held against a plain scan of all cards.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod any_input;
mod made_up;
mod plain;
mod plain_search;
mod same_as_a_scan;
mod searching;
