//! What a person reads while faults or benchmarks run for minutes: lines on standard error, so that standard output has the results alone.

use std::{fmt::Arguments, sync::OnceLock, time::Instant};

static BEGAN: OnceLock<Instant> = OnceLock::new();

/// Says what goes on, with the seconds since the beginning.
pub fn say(what: Arguments<'_>) {
    let began = BEGAN.get_or_init(Instant::now);
    eprintln!("{:>6.1} s  {what}", began.elapsed().as_secs_f64());
}
