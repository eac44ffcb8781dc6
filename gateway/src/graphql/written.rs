//! Cards as they were written for an answer, kept to stand in other answers that ask the same of them.
//!
//! A page that nobody has asked for before is mostly made of cards that somebody has: what is left to do for it is to find
//! out which cards it has. A written card stands for as long as its rows would (see [`super::kept`]), and for what it
//! depends on besides them, its key tells one state from another. One with an error in it is never kept.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Context, ContextBase, ContextSelectionSet, OutputType, Pos, Positioned, ServerResult, Value, Variables,
    parser::types::Field, registry::Registry,
};
use bytes::Bytes;

use super::{
    card::{self, VideoCard},
    errors::StoreFailed,
    kept::RowsAt,
    parts::CardParts,
    plan::{CardSelection, Plan},
    request::RequestData,
    response,
    rows::CardRow,
    straight,
};
use crate::measures::CARDS_GIVEN;

/// The most ways in which one card is kept.
const MOST_WAYS: usize = 8;

/// Tells what was asked of a card, and everything besides the card that the answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WayKey([u8; 32]);

#[cfg(test)]
impl WayKey {
    pub(super) fn for_tests(number: u8) -> Self {
        Self([number; 32])
    }
}

/// A card, written in one way.
#[derive(Clone, Debug)]
struct Way {
    key: WayKey,
    json: Bytes,
}

/// A card, written in all ways that are kept; the last is the newest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ways(Arc<[Way]>);

impl Ways {
    /// The card as it was written in this way.
    pub(super) fn get(&self, key: WayKey) -> Option<Bytes> {
        self.0.iter().find(|way| way.key == key).map(|way| way.json.clone())
    }

    /// The same with one more way.
    pub(super) fn with(&self, key: WayKey, json: Bytes) -> Self {
        let others = self.0.iter().filter(|way| way.key != key).cloned();
        let kept: Vec<Way> = others.chain([Way { key, json }]).collect();
        let oldest = kept.len().saturating_sub(MOST_WAYS);
        Self(kept[oldest..].into())
    }

    /// The memory that they take, about, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|way| size_of::<Way>() + way.json.len()).sum()
    }
}

/// The ways in which one request asks for cards, found once for each place.
#[derive(Debug, Default)]
pub(crate) struct WaysAsked(Mutex<Vec<(Pos, WayKey)>>);

impl WaysAsked {
    fn get(&self, position: Pos) -> Option<WayKey> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| *known == position).map(|(_, key)| *key)
    }

    fn put(&self, position: Pos, key: WayKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((position, key));
    }
}

/// What a resolver may find written for the cards that it gives.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'c> {
    kept: &'c RowsAt,
    selection: &'c CardSelection,
    key: WayKey,
}

impl<'c> Asked<'c> {
    fn selection<T>(ctx: &ContextBase<'c, T>, position: Pos) -> Option<&'c CardSelection> {
        ctx.data_opt::<Arc<Plan>>()?.cards_at(position)
    }

    /// What is asked of cards at this place of the query; `None`: it can't be kept, or nothing is kept now.
    pub(crate) async fn at<T>(ctx: &ContextBase<'c, T>, position: Pos) -> Option<Self> {
        let data = ctx.data_unchecked::<RequestData>();
        let kept = data.kept()?;
        let selection = Self::selection(ctx, position)?;
        let known = data.ways.get(position);
        let key = match known {
            Some(key) => key,
            None => key(data, selection, &ctx.query_env.variables).await?,
        };
        if known.is_none() {
            data.ways.put(position, key);
        }
        Some(Self { kept, selection, key })
    }

    /// The card with this id, as it was written before.
    pub(crate) fn written(&self, card: i64) -> Option<WrittenCard> {
        let json = self.kept.written(card, self.key)?;
        CARDS_GIVEN.kept.increment(1);
        Some(WrittenCard::Written(json))
    }

    /// Keeps a card as it was written just now.
    fn keep(&self, card: i64, json: &[u8]) -> Bytes {
        // For long: without the room that it had to grow.
        let json = Bytes::copy_from_slice(json);
        self.kept.put_written(card, self.key, &json);
        json
    }

    /// Cards in the order of their ids; only those that aren't written are read, and written at once if they can be.
    pub(crate) async fn cards(
        &self,
        ctx: &Context<'_>,
        ids: impl Iterator<Item = i64>,
    ) -> Result<Vec<Option<WrittenCard>>, StoreFailed> {
        let mut cards: Vec<(i64, Option<WrittenCard>)> = ids.map(|id| (id, self.written(id))).collect();
        let missing: Vec<i64> = cards.iter().filter(|(_, card)| card.is_none()).map(|(id, _)| *id).collect();
        if !missing.is_empty() {
            let mut read = self.read(ctx, &missing).await?.into_iter();
            for (_, card) in cards.iter_mut().filter(|(_, card)| card.is_none()) {
                *card = read.next().flatten();
            }
        }
        Ok(cards.into_iter().map(|(_, card)| card).collect())
    }

    async fn read(&self, ctx: &Context<'_>, ids: &[i64]) -> Result<Vec<Option<WrittenCard>>, StoreFailed> {
        let ahead = CardParts::read_ahead(ctx.data_unchecked(), &self.selection.fields, ids);
        let (cards, ()) = tokio::join!(card::of_page(ctx, ids), ahead);
        let cards = cards?;
        let rows: Vec<&CardRow> = cards.iter().flatten().map(|card| &*card.0).collect();
        let written = straight::cards(ctx, self.selection, &rows).await;
        CARDS_GIVEN.straight.increment(written.as_ref().map_or(0, Vec::len) as u64);
        let mut written = written.unwrap_or_default().into_iter();
        let mut given = |card: VideoCard| match written.next() {
            Some(json) => WrittenCard::Written(self.keep(card.0.id, &json)),
            None => WrittenCard::Card(card),
        };
        Ok(cards.into_iter().map(|card| card.map(&mut given)).collect())
    }
}

/// `None`: a store that is needed for it is away.
async fn key(data: &RequestData, selection: &CardSelection, variables: &Variables) -> Option<WayKey> {
    let needs = &selection.needs;
    let mut hash = blake3::Hasher::new();
    hash.update(&selection.hash);
    for name in &needs.variables {
        // One that isn't given differs from one that is null.
        let value = variables.get(name).map(ToString::to_string).unwrap_or_default();
        hash.update(&(value.len() as u64).to_le_bytes());
        hash.update(value.as_bytes());
    }
    if needs.shops {
        hash.update(&data.shops_hash().await.ok()?);
    }
    if needs.chips {
        hash.update(&data.chips_known()?.to_le_bytes());
    }
    Some(WayKey(*hash.finalize().as_bytes()))
}

/// A card in an answer.
pub(crate) enum WrittenCard {
    /// It was written before.
    Written(Bytes),
    /// It is still to be resolved.
    Card(VideoCard),
}

impl OutputType for WrittenCard {
    fn type_name() -> Cow<'static, str> {
        VideoCard::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        VideoCard::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self {
            Self::Written(json) => Ok(Value::Binary(json.clone())),
            // On the heap: it is some kilobytes, and a page would move as many for each card that was written before.
            Self::Card(card) => Box::pin(resolve(card, ctx, field)).await,
        }
    }
}

async fn resolve(
    card: &VideoCard,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let Some(selection) = Asked::selection(ctx, ctx.item.pos) else {
        CARDS_GIVEN.resolved.increment(1);
        return card.resolve(ctx, field).await;
    };
    let (id, asked) = (card.0.id, Asked::at(ctx, ctx.item.pos).await);
    // Another answer may have been quicker.
    if let Some(WrittenCard::Written(json)) = asked.and_then(|asked| asked.written(id)) {
        return Ok(Value::Binary(json));
    }
    let straight = straight::cards(ctx, selection, &[&*card.0]).await.and_then(|mut written| written.pop());
    let by = if straight.is_some() { &CARDS_GIVEN.straight } else { &CARDS_GIVEN.resolved };
    by.increment(1);
    let json = if let Some(json) = straight {
        json
    } else {
        let value = card.resolve(ctx, field).await?;
        let is_whole = ctx.query_env.errors.lock().is_ok_and(|errors| errors.is_empty());
        match response::object(&value, &selection.fields).filter(|_| is_whole) {
            Some(json) => json,
            None => return Ok(value),
        }
    };
    Ok(Value::Binary(match asked {
        Some(asked) => asked.keep(id, &json),
        None => json.into(),
    }))
}
