//! What /ready answers from: what has been reached so far.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Shared by whoever knows and whoever asks.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<State>);

#[derive(Debug, Default)]
struct State {
    has_schema: AtomicBool,
    has_rabbitmq: AtomicBool,
    is_stopping: AtomicBool,
}

impl Health {
    /// The schema is up to date.
    pub fn schema_is_ready(&self) {
        self.0.has_schema.store(true, Ordering::Relaxed);
    }

    /// Whether the schema can be asked.
    pub fn has_schema(&self) -> bool {
        self.0.has_schema.load(Ordering::Relaxed)
    }

    /// Whether RabbitMQ is connected.
    pub fn rabbitmq_is(&self, connected: bool) {
        self.0.has_rabbitmq.store(connected, Ordering::Relaxed);
    }

    /// The collector was told to stop.
    pub fn stopping(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Why the collector is not ready, as far as is known without asking.
    pub fn trouble(&self) -> Option<&'static str> {
        if self.0.is_stopping.load(Ordering::Relaxed) {
            Some("stopping")
        } else if !self.has_schema() {
            Some("waiting for Postgres: the schema is not up to date yet")
        } else if !self.0.has_rabbitmq.load(Ordering::Relaxed) {
            Some("waiting for RabbitMQ")
        } else {
            None
        }
    }
}
