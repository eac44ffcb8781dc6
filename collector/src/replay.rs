//! What was refused is read again by the present parser, from the bytes that were kept.
//!
//! It works beside a collector that runs: each transaction holds the shop for itself for some milliseconds, takes
//! no lead away, and what it tells goes through the same outbox. One page's listings at most are held in memory.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::{
    changes::replay::Source,
    listing::Items,
    shops::{Position, Shop},
    store::{Fate, Mark, Received, Refused, Replay, Store, StoreError},
};

/// So many refusals are read at once; one can be as large as a page.
const BATCH: i64 = 10;
/// So many listings are read at once.
const RECEIVED_BATCH: i64 = 200;

/// What became of something that was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The shop.
    pub shop: &'static str,
    /// What was refused: `page`, `item` or `field`.
    pub kind: String,
    /// The refusal's number, where there is one alone.
    pub refusal: Option<i64>,
    /// The listing; empty where none could be read.
    pub listing_id: String,
    /// What became of it.
    pub what: What,
}

/// What became of something that was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It could be read, and was applied or not.
    Read(Fate),
    /// It still can't be read.
    StillRefused(String),
}

/// Reads again what was refused of a shop, and says of each what became of it. A trial changes nothing.
pub async fn replay<E: From<StoreError>>(
    store: &Store,
    shop: &Arc<dyn Shop>,
    is_trial: bool,
    mut tell: impl FnMut(Replayed) -> Result<(), E>,
) -> Result<(), E> {
    let mut behind = 0;
    loop {
        let refused = store.rejects_to_replay(shop.slug(), behind, BATCH).await?;
        let Some(last) = refused.last() else { break };
        behind = last.refusal.id;
        for refused in refused {
            for replayed in replay_refused(store, shop, refused, is_trial).await? {
                tell(replayed)?;
            }
        }
    }
    let mut behind = String::new();
    loop {
        let received = store.received_to_replay(shop.slug(), &behind, RECEIVED_BATCH).await?;
        let Some(last) = received.last() else { return Ok(()) };
        behind.clone_from(&last.listing_id);
        for received in received {
            if let Some(replayed) = replay_received(store, shop, received, is_trial).await? {
                tell(replayed)?;
            }
        }
    }
}

async fn replay_refused(
    store: &Store,
    shop: &Arc<dyn Shop>,
    refused: Refused,
    is_trial: bool,
) -> Result<Vec<Replayed>, StoreError> {
    let Refused { refusal, content } = refused;
    let replayed = |listing_id: String, what: What| Replayed {
        shop: shop.slug(),
        kind: refusal.kind.clone(),
        refusal: Some(refusal.id),
        listing_id,
        what,
    };
    let items = match read(shop.as_ref(), &refusal.kind, &refusal.field, &content) {
        Ok(items) => items,
        Err(reason) => {
            return Ok(vec![replayed(refusal.listing_id.clone(), What::StillRefused(reason))]);
        }
    };
    let still = items.refused.into_iter().map(|item| {
        let reason = format!("{}: {}", item.trouble.field, item.trouble.reason);
        replayed(item.id.unwrap_or_default(), What::StillRefused(reason))
    });
    let mut all: Vec<Replayed> = still.collect();
    let mark = if all.is_empty() { Mark::Refusal(refusal.id) } else { Mark::Nothing };
    let source = Source::Refused(refusal.last_seen_at);
    let replay = Replay { shop: shop.slug(), source, items: items.sound, mark };
    let fates = store.replay(replay, is_trial).await?;
    all.extend(fates.into_iter().map(|(id, fate)| replayed(id, What::Read(fate))));
    Ok(all)
}

async fn replay_received(
    store: &Store,
    shop: &Arc<dyn Shop>,
    received: Received,
    is_trial: bool,
) -> Result<Option<Replayed>, StoreError> {
    let items = read(shop.as_ref(), "item", "", received.item.as_bytes());
    let Some(item) = items.ok().and_then(|items| items.sound.into_iter().next()) else {
        // Worse than before: nothing that could be applied.
        return Ok(None);
    };
    let fields = item.troubles.iter().map(|trouble| trouble.field.to_owned()).collect();
    let mark = Mark::FieldsBut(fields);
    let replay = Replay { shop: shop.slug(), source: Source::Received, items: vec![item], mark };
    let fate = store.replay(replay, is_trial).await?.pop();
    Ok(fate.map(|(listing_id, fate)| Replayed {
        shop: shop.slug(),
        kind: "field".to_owned(),
        refusal: None,
        listing_id,
        what: What::Read(fate),
    }))
}

/// Reads a page or an item, or says why it still can't be read.
fn read(shop: &dyn Shop, kind: &str, place: &str, content: &[u8]) -> Result<Items, String> {
    if kind == "page" {
        let position = Position::from_place(place).unwrap_or_else(|| shop.first());
        return shop.read(content, &position).map(|page| page.items).map_err(|reason| reason.to_string());
    }
    let item: &RawValue = serde_json::from_slice(content).map_err(|_| "the item is not JSON".to_owned())?;
    Ok(shop.items(&[item]))
}
