//! What the broker handed out at once: events that can be read, and messages that can't.

use events::ProductEvent;

/// The broker's number of a delivery, valid within one channel.
pub(super) type DeliveryTag = u64;

/// Messages in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What could be read.
    pub(super) events: Vec<(DeliveryTag, ProductEvent)>,
    /// What could not, and why.
    pub(super) poison: Vec<(DeliveryTag, String)>,
}

impl Batch {
    pub(super) fn push(&mut self, tag: DeliveryTag, bytes: &[u8]) {
        match ProductEvent::decode(bytes) {
            Ok(event) => self.events.push((tag, event)),
            Err(error) => self.poison.push((tag, error.to_string())),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len() + self.poison.len()
    }
}
