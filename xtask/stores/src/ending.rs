//! Waiting for a process to end, whoever's child it is: the kernel tells, so that nobody looks again and again.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{Pid, PidfdFlags, pidfd_open},
};

/// Waits for the end of a process for at most `patience`. Whether it has ended, waited for by its parent or not.
pub(crate) fn has_ended(process: Pid, patience: Duration) -> io::Result<bool> {
    let watched = match pidfd_open(process, PidfdFlags::empty()) {
        Ok(watched) => watched,
        Err(Errno::SRCH) => return Ok(true),
        Err(error) => return Err(error.into()),
    };
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&watched, PollFlags::IN)], Some(&left)) {
            Ok(ready) => return Ok(ready > 0),
            // A signal came in between.
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
