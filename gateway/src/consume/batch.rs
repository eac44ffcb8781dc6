//! What the broker handed out at once: events that can be read, and messages that can't.

use events::ProductEvent;

use crate::refusals::{Fingerprint, Refusal};

/// The broker's number of a delivery, valid within one channel.
pub(super) type DeliveryTag = u64;

/// What is known of a message besides what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    pub(super) tag: DeliveryTag,
    pub(super) fingerprint: Fingerprint,
}

/// Messages in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What could be read.
    pub(super) events: Vec<(Envelope, ProductEvent)>,
    /// What could not, and why.
    pub(super) poison: Vec<(DeliveryTag, Refusal)>,
}

impl Batch {
    pub(super) fn push(&mut self, tag: DeliveryTag, bytes: &[u8]) {
        let fingerprint = Fingerprint::of(bytes);
        match ProductEvent::decode(bytes) {
            Ok(event) => self.events.push((Envelope { tag, fingerprint }, event)),
            Err(error) => self.poison.push((tag, Refusal::new(fingerprint, &error))),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len() + self.poison.len()
    }
}
