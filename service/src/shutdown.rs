//! Stopping: the first SIGTERM or SIGINT asks the service to finish what it holds, a second one ends it at
//! once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Listens for SIGTERM and SIGINT. The token is cancelled by the first of them; the second ends the process
/// with the exit code 130.
///
/// # Errors
/// The operating system would not register the handlers.
pub fn on_signals() -> std::io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let token = CancellationToken::new();
    let told = token.clone();
    tokio::spawn(async move {
        for round in 0.. {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            if round > 0 {
                tracing::warn!(signal = name, "told to stop again: ending at once");
                std::process::exit(130);
            }
            tracing::info!(signal = name, "told to stop: finishing what is under way");
            told.cancel();
        }
    });
    Ok(token)
}
