//! What the broker handed out at once: events that can be read, and messages that can't.

use events::ProductEvent;
use lapin::{BasicProperties, message::Delivery, types::AMQPValue};
use service::traces;

use crate::refusals::{Fingerprint, Refusal};

/// The broker's number of a delivery, valid within one channel.
pub(super) type DeliveryTag = u64;

/// What is known of a message besides what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    pub(super) tag: DeliveryTag,
    pub(super) fingerprint: Fingerprint,
}

/// How many traces a batch is told to be a part of. Messages of one page of a shop share theirs.
const MOST_TRACES: usize = 64;

/// Messages in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// What could be read.
    pub(super) events: Vec<(Envelope, ProductEvent)>,
    /// What could not, and why.
    pub(super) poison: Vec<(DeliveryTag, Refusal)>,
    /// The `traceparent`s that came with them, each once.
    pub(super) traceparents: Vec<String>,
}

impl Batch {
    pub(super) fn push(&mut self, delivery: &Delivery) {
        let (tag, bytes) = (delivery.delivery_tag, delivery.data.as_slice());
        let fingerprint = Fingerprint::of(bytes);
        match ProductEvent::decode(bytes) {
            Ok(event) => self.events.push((Envelope { tag, fingerprint }, event)),
            Err(error) => self.poison.push((tag, Refusal::new(fingerprint, &error))),
        }
        if let Some(traceparent) = traceparent(&delivery.properties)
            && self.traceparents.len() < MOST_TRACES
            && !self.traceparents.iter().any(|known| known == traceparent)
        {
            self.traceparents.push(traceparent.to_owned());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len() + self.poison.len()
    }
}

/// The trace that a message is a part of, if it says so.
fn traceparent(properties: &BasicProperties) -> Option<&str> {
    match properties.headers().as_ref()?.inner().get(traces::HEADER)? {
        AMQPValue::LongString(text) => std::str::from_utf8(text.as_bytes()).ok(),
        _ => None,
    }
}
