//! What is put into the queue: other prices of listings that the catalogue has, by chance and from one seed. Pure.

use std::collections::HashMap;

use chrono::Utc;
use events::ProductEvent;
use rand::{Rng, SeedableRng, rngs::SmallRng};

use crate::catalogue::{EARLIER_PRICES, MOST_APPLIED, PRICES_FROM_MINOR, PRICES_SPAN_MINOR, first_events};

/// Other prices of listings of a catalogue of so many cards, in the order in which they happened. A listing that comes
/// twice has another price each time.
pub(crate) fn other_prices(seed: u64, cards: u64, count: usize) -> Vec<Vec<u8>> {
    let mut random = SmallRng::seed_from_u64(seed);
    let originals = cards.min(MOST_APPLIED);
    let at = Utc::now();
    let known: Vec<[ProductEvent; 2]> = (1..=originals).map(|card| first_events(seed, card, at)).collect();
    let mut versions: HashMap<(u64, usize), i64> = HashMap::new();
    let mut events = Vec::with_capacity(count);
    while events.len() < count {
        let (card, shop) = (random.random_range(0..cards), random.random_range(0..2));
        let (original, copy) = (usize::try_from(card % originals).unwrap_or_default(), card / originals);
        let Some(ProductEvent::ListingChanged(first)) = known.get(original).map(|shops| &shops[shop]) else {
            continue;
        };
        let version = versions.entry((card, shop)).or_insert(1 + EARLIER_PRICES);
        *version += 1;
        let mut event = first.clone();
        if copy > 0 {
            event.listing_id = format!("{}-{copy}", event.listing_id);
        }
        event.listing_version = *version;
        event.observed_at = Utc::now();
        event.listing.price.amount_minor = PRICES_FROM_MINOR + random.random_range(0..PRICES_SPAN_MINOR);
        events.push(ProductEvent::ListingChanged(event).encode());
    }
    events
}
