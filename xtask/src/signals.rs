//! Ctrl-C and SIGTERM as a message. The second one ends us at once, and what we started ends with us.

use std::{
    sync::mpsc::{self, Receiver},
    thread,
};

use anyhow::{Context, Result};
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

/// The exit code of a process that a person interrupted.
const INTERRUPTED: i32 = 130;

/// Listens for SIGINT, SIGTERM and SIGHUP; the first is told through the channel, by its name.
pub(crate) fn listen() -> Result<Receiver<&'static str>> {
    let (sender, receiver) = mpsc::channel();
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build().context("listening for signals")?;
    let (mut interrupt, mut terminate, mut hangup) = {
        let _guard = runtime.enter();
        let listen = |kind| signal(kind).context("listening for signals");
        (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?, listen(SignalKind::hangup())?)
    };
    thread::spawn(move || {
        runtime.block_on(async move {
            let mut told = false;
            loop {
                let name = tokio::select! {
                    _ = interrupt.recv() => "Ctrl-C",
                    _ = terminate.recv() => "SIGTERM",
                    _ = hangup.recv() => "SIGHUP",
                };
                if told {
                    std::process::exit(INTERRUPTED);
                }
                told = true;
                let _ = sender.send(name);
            }
        });
    });
    Ok(receiver)
}
