//! Waiting for a store that starts: until it answers, has ended, or took too long.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::{Error, child::Guarded, error::Doing};

/// How often a starting store is asked.
const POLL: Duration = Duration::from_millis(50);
/// After this long a person is told what is being waited for.
const WORTH_SAYING: Duration = Duration::from_secs(2);
/// How much of the end of a log an error shows.
const LAST_LINES: usize = 20;

/// What is waited for.
pub(crate) struct Waiting<'a> {
    /// Which store.
    pub(crate) store: &'static str,
    /// Where it writes its log.
    pub(crate) log: &'a Path,
    /// For how long it may be silent.
    pub(crate) patience: Duration,
}

impl Waiting<'_> {
    /// Waits until `answers` says true.
    pub(crate) fn until(&self, child: &mut Guarded, mut answers: impl FnMut() -> bool) -> Result<(), Error> {
        let began = Instant::now();
        let mut said = false;
        while !answers() {
            let status = child.wait(POLL).doing(|| format!("watching {}", self.store))?;
            if let Some(status) = status {
                return Err(Error::Ended {
                    store: self.store,
                    status: status.to_string(),
                    log: self.last_words(),
                });
            }
            if began.elapsed() > self.patience {
                return Err(Error::Silent {
                    store: self.store,
                    within: self.patience,
                    log: self.last_words(),
                });
            }
            if !said && began.elapsed() > WORTH_SAYING {
                said = true;
                eprintln!("waiting for {} to answer …", self.store);
            }
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = fs::read(self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
    }
}
