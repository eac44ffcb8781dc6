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
    Context, ContextBase, ContextSelectionSet, Error, OutputType, Pos, Positioned, ServerResult, Value,
    Variables, parser::types::Field, registry::Registry,
};
use bytes::Bytes;

use super::{
    card::VideoCard,
    errors::{ApiError, StoreFailed},
    kept::RowsAt,
    lean::Lean,
    packed::PackedCard,
    plan::{CardSelection, Plan},
    request::{RequestData, data},
    response,
    straight::{self, OnPage},
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

    /// The cards with these ids, without those that there aren't; only what isn't written is read, and written at once if
    /// it can be.
    pub(crate) async fn cards(
        &self,
        ctx: &Context<'_>,
        ids: impl Iterator<Item = i64>,
    ) -> Result<WrittenCards, StoreFailed> {
        let kept: Vec<(i64, Option<Bytes>)> = ids.map(|id| (id, self.kept.written(id, self.key))).collect();
        let missing: Vec<i64> = kept.iter().filter(|(_, json)| json.is_none()).map(|(id, _)| *id).collect();
        CARDS_GIVEN.kept.increment((kept.len() - missing.len()) as u64);
        let read: Vec<Option<Arc<PackedCard>>> =
            if missing.is_empty() { Vec::new() } else { data(ctx).loaders.cards.many(&missing).await? };
        let mut of_missing = read.iter();
        let page: Vec<OnPage<'_>> = kept
            .iter()
            .filter_map(|(_, json)| match json {
                Some(json) => Some(OnPage::Written(json)),
                None => of_missing.next()?.as_deref().map(OnPage::Read),
            })
            .collect();
        let put = |id, json: &[u8]| self.kept.put_written(id, self.key, json);
        let Some(list) = straight::list(ctx, self.selection, &page, put).await else {
            if Lean::needs_more(ctx) {
                return Ok(WrittenCards::Each(Vec::new()));
            }
            return Ok(WrittenCards::Each(in_order(kept, read)));
        };
        CARDS_GIVEN.straight.increment(read.iter().flatten().count() as u64);
        Ok(WrittenCards::Written(list))
    }
}

/// Cards in their order, of which some are written and the others were read.
fn in_order(kept: Vec<(i64, Option<Bytes>)>, read: Vec<Option<Arc<PackedCard>>>) -> Vec<WrittenCard> {
    let mut read = read.into_iter();
    let card = |(_, json): (i64, Option<Bytes>)| match json {
        Some(json) => Some(WrittenCard::Written(json)),
        None => read.next().flatten().map(WrittenCard::Card),
    };
    kept.into_iter().filter_map(card).collect()
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
    /// It is still to be written, or resolved.
    Card(Arc<PackedCard>),
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

/// The cards of a page.
pub(crate) enum WrittenCards {
    /// All of them as one list: as a list of objects, each would cost as much again as writing it.
    Written(Bytes),
    /// Some of them are still to be resolved.
    Each(Vec<WrittenCard>),
}

impl OutputType for WrittenCards {
    fn type_name() -> Cow<'static, str> {
        Vec::<WrittenCard>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<WrittenCard>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<WrittenCard>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self {
            Self::Written(json) => Ok(Value::Binary(json.clone())),
            Self::Each(cards) => cards.resolve(ctx, field).await,
        }
    }
}

async fn resolve(
    card: &PackedCard,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let Some(selection) = Asked::selection(ctx, ctx.item.pos) else {
        CARDS_GIVEN.resolved.increment(1);
        return unpacked(card, ctx)?.resolve(ctx, field).await;
    };
    let (id, asked) = (card.id, Asked::at(ctx, ctx.item.pos).await);
    // Another answer may have been quicker.
    if let Some(WrittenCard::Written(json)) = asked.and_then(|asked| asked.written(id)) {
        return Ok(Value::Binary(json));
    }
    let straight = straight::list(ctx, selection, &[OnPage::Read(card)], |_, _| {}).await;
    // Without the list's brackets.
    let straight = straight.map(|list| list.slice(1..list.len() - 1));
    if straight.is_none() && Lean::needs_more(ctx) {
        return Ok(Value::Null);
    }
    let by = if straight.is_some() { &CARDS_GIVEN.straight } else { &CARDS_GIVEN.resolved };
    by.increment(1);
    let json = if let Some(json) = straight {
        json
    } else {
        let value = unpacked(card, ctx)?.resolve(ctx, field).await?;
        let is_whole = ctx.query_env.errors.lock().is_ok_and(|errors| errors.is_empty());
        match response::object(&value, &selection.fields).filter(|_| is_whole) {
            Some(json) => json.into(),
            None => return Ok(value),
        }
    };
    if let Some(asked) = asked {
        asked.kept.put_written(id, asked.key, &json);
    }
    Ok(Value::Binary(json))
}

fn unpacked(card: &PackedCard, ctx: &ContextSelectionSet<'_>) -> ServerResult<VideoCard> {
    VideoCard::of(card).map_err(|failed| Error::from(ApiError::from(failed)).into_server_error(ctx.item.pos))
}
