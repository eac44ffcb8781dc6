//! What has to hold for whatever bytes a shop or a queue brings.
//!
//! Whoever adds a shop adds a target beside the others.

use collector::{
    changes::{
        Moment,
        page::{self, Outcome},
    },
    listing::Items,
    shops::Shop,
};
use events::{Lacking, ProductEvent, Versions};
use serde_json::value::RawValue;

/// Bytes as a page of a shop, and as an item of one: no reader panics, and what is read can be told.
///
/// # Panics
/// It does not hold.
pub fn shop(shop: &dyn Shop, bytes: &[u8]) {
    if let Ok(page) = shop.read(bytes, &shop.first()) {
        tell(page.items);
    }
    if let Ok(item) = serde_json::from_slice::<&RawValue>(bytes) {
        tell(shop.items(&[item]));
    }
}

/// Nothing that is told is refused by whoever reads it: it would be put aside as poison.
fn tell(items: Items) {
    let moment = Moment { shop: "fuzz", crawl: 1, now: Default::default() };
    let Outcome { events, rejects, .. } = page::decide(Vec::new(), items, &moment);
    for event in events {
        let read = ProductEvent::decode(&event.encode()).expect("what is told can be read");
        assert_eq!(read, event);
    }
    for reject in rejects {
        assert!(!reject.listing_id.contains('\0'), "Postgres has no text with it");
    }
}

/// Bytes as a message and as a notification: no reader panics, and what is read is written and read as the same.
///
/// # Panics
/// It does not hold.
pub fn event(bytes: &[u8]) {
    if let Ok(event) = ProductEvent::decode(bytes) {
        assert_eq!(ProductEvent::decode(&event.encode()).expect("what is written can be read"), event);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(lacking) = Lacking::decode(text) {
        assert_eq!(Lacking::decode(&lacking.encode()).expect("what is written can be read"), lacking);
    }
    if let Ok(versions) = text.parse::<Versions>() {
        assert_eq!(versions.to_string(), text);
    }
}
