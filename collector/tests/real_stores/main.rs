//! The collector as a process, between a shop that does what the test says and real Postgres and RabbitMQ.

#![expect(clippy::unwrap_used, reason = "a test that can't go on says where it stopped")]

mod commands;
mod crawls;
mod faults;
mod harness;
mod plans;
mod reconciliation;
mod shop;
mod sightings;
#[path = "../../../service/tests/support/spans.rs"]
mod spans;
mod tagged_pages;
mod traces;
