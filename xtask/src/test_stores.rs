//! `cargo xtask stores`: the test stores alone, for running tests again and again.

use std::process::ExitCode;

use anyhow::{Context, Result};
use stores::Stores;

use crate::{logs::say, signals};

pub(crate) fn run() -> Result<ExitCode> {
    let signals = signals::listen()?;
    let stores = Stores::for_tests()?;
    for (name, value) in stores.test_addresses().variables() {
        say(&format!("export {name}='{value}'"));
    }
    eprintln!("the test stores run until Ctrl-C");
    signals.recv().context("listening for signals")?;
    Ok(ExitCode::SUCCESS)
}
