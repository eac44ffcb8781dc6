//! Cards as they were written for an answer, kept to stand in other answers that ask the same of them.
//!
//! A page that nobody has asked for before is mostly made of cards that somebody has: what is left to do for it is to find
//! out which cards it has. A written card stands for as long as its rows would (see [`super::kept`]), and for what it
//! depends on besides them, its key tells one state from another. One with an error in it is never kept.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use async_graphql::{
    Context, ContextBase, ContextSelectionSet, Error, OutputType, Pos, Positioned, ServerError, ServerResult,
    Value, Variables, parser::types::Field, registry::Registry,
};
use bytes::Bytes;

use super::{
    card::VideoCard,
    errors::{ApiError, StoreFailed},
    gaps::{self, Opened},
    kept::{Found, RowsAt},
    lean::Lean,
    packed::PackedCard,
    plan::{CardSelection, Plan},
    request::{RequestData, data},
    response,
    straight::{self, OnPage},
};
use crate::measures::CARDS_GIVEN;

/// How many cards are written ahead at once, so that they take little memory.
const AHEAD_AT_ONCE: usize = 50;
/// The most ways in which one card is kept.
const MOST_WAYS: usize = 8;

/// Tells what was asked of a card, and everything besides the card that the answer depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// A way in which cards are asked for.
#[derive(Clone, Debug)]
pub(crate) struct WayAsked {
    pub(super) key: WayKey,
    selection: Arc<CardSelection>,
}

impl WayAsked {
    /// Whether all cards can be written so, of their rows and of what many of them share.
    pub(super) fn is_for_all(&self) -> bool {
        let CardSelection { is_plain, needs, fields, .. } = &*self.selection;
        *is_plain && needs.variables.is_empty() && fields.iter().all(|field| field.name != "sources")
    }

    /// Writes those of some cards to disk that aren't there in this way, and whose rows are; says how many. `None`: cards
    /// aren't kept so any more, or there is no room for them. It waits for the disk.
    pub(super) async fn write_ahead(&self, data: &RequestData, ids: &[i64]) -> Option<usize> {
        let Some(kept) = data.kept() else { return Some(0) };
        if key(data, &self.selection, &Variables::default()).await != Some(self.key) {
            return None;
        }
        let mut found = 0;
        for ids in ids.chunks(AHEAD_AT_ONCE) {
            let read_at = Instant::now();
            let rows = kept.unwritten_on_disk(self.key, ids)?;
            let cards: Vec<OnPage<'_>> = rows.iter().map(OnPage::Read).collect();
            found += cards.len();
            // What can't be read now is written once it is asked for.
            if let Ok(Some(page)) = straight::page(None, data, &self.selection, &cards).await {
                kept.put_ahead(self.key, page, read_at).await;
            }
        }
        Some(found)
    }

    #[cfg(test)]
    pub(super) fn for_tests(number: u8) -> Self {
        let selection = CardSelection::for_tests("{ videoCards { nodes { id } } }");
        Self { key: WayKey::for_tests(number), selection }
    }
}

/// What a resolver may find written for the cards that it gives.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'c> {
    kept: &'c RowsAt,
    selection: &'c Arc<CardSelection>,
    key: WayKey,
}

impl<'c> Asked<'c> {
    fn selection<T>(ctx: &ContextBase<'c, T>, position: Pos) -> Option<&'c Arc<CardSelection>> {
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

    /// The card with this id, as it was written before and is in memory.
    fn written(&self, id: i64) -> Option<WrittenCard> {
        let kept = self.kept.written(id, self.key)?;
        CARDS_GIVEN.kept.increment(1);
        Some(WrittenCard::Kept(kept))
    }

    /// The card with this id; `None`: there is none now, or only its row says what is asked.
    pub(crate) async fn card(&self, ctx: &Context<'_>, id: i64) -> Result<Option<WrittenCard>, StoreFailed> {
        if let Some(written) = self.written(id) {
            return Ok(Some(written));
        }
        Ok(match self.list(ctx, &[id], &[None]).await? {
            WrittenCards::Written(json) => without_brackets(&json).map(WrittenCard::Written),
            WrittenCards::Each(mut cards) => cards.pop(),
        })
    }

    /// The cards with these ids, without those that there aren't; only what isn't written is read, and written at once if
    /// it can be.
    pub(crate) async fn cards(
        &self,
        ctx: &Context<'_>,
        ids: impl Iterator<Item = i64>,
    ) -> Result<WrittenCards, StoreFailed> {
        let ids: Vec<i64> = ids.collect();
        let in_memory: Vec<Option<Bytes>> = ids.iter().map(|id| self.kept.written(*id, self.key)).collect();
        self.list(ctx, &ids, &in_memory).await
    }

    /// The same, with each card as it was found in memory.
    async fn list(
        &self,
        ctx: &Context<'_>,
        ids: &[i64],
        in_memory: &[Option<Bytes>],
    ) -> Result<WrittenCards, StoreFailed> {
        let (read_at, data) = (Instant::now(), data(ctx));
        let mut kept: Vec<Option<Opened<'_>>> =
            in_memory.iter().map(|kept| kept.as_deref().and_then(Opened::of)).collect();
        let missing: Vec<usize> = (0..ids.len()).filter(|at| kept[*at].is_none()).collect();
        let missing_ids: Vec<i64> = missing.iter().map(|at| ids[*at]).collect();
        let on_disk =
            self.selection.outlasts_crawls().then(|| self.kept.written_on_disk(self.key, &missing_ids));
        let on_disk = on_disk.flatten();
        for (index, found) in on_disk.iter().flat_map(Found::rows) {
            kept[missing[index]] = Opened::of(found);
        }
        let unwritten = ids.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
        let unwritten: Vec<i64> = unwritten.map(|(id, _)| *id).collect();
        CARDS_GIVEN.kept.increment((ids.len() - unwritten.len()) as u64);
        let read: Vec<Option<Arc<PackedCard>>> =
            if unwritten.is_empty() { Vec::new() } else { data.loaders.cards.many(&unwritten).await? };
        let mut of_unwritten = read.iter();
        let page: Vec<OnPage<'_>> = kept
            .iter()
            .filter_map(|kept| match kept {
                Some(kept) => Some(OnPage::Kept(*kept)),
                None => of_unwritten.next()?.as_deref().map(OnPage::Read),
            })
            .collect();
        let Some(page) = straight::page(Some(ctx.query_env), data, self.selection, &page).await? else {
            if Lean::needs_more(ctx) {
                return Ok(WrittenCards::Each(Vec::new()));
            }
            return Ok(WrittenCards::Each(in_order(&kept, read)));
        };
        CARDS_GIVEN.straight.increment(page.written.len() as u64);
        let json = page.json.clone();
        if !page.written.is_empty() {
            let way = WayAsked { key: self.key, selection: Arc::clone(self.selection) };
            self.kept.put_page(way, page, read_at, on_disk.is_some());
        }
        Ok(WrittenCards::Written(json))
    }
}

/// The only card of a list; `None`: it has none.
fn without_brackets(json: &Bytes) -> Option<Bytes> {
    let card = 1..json.len().checked_sub(1)?;
    (!card.is_empty()).then(|| json.slice(card))
}

/// Cards in their order, of which some are kept and the others were read.
fn in_order(kept: &[Option<Opened<'_>>], read: Vec<Option<Arc<PackedCard>>>) -> Vec<WrittenCard> {
    let mut read = read.into_iter();
    let card = |kept: &Option<Opened<'_>>| match kept {
        Some(card) => Some(WrittenCard::Kept(Bytes::copy_from_slice(card.kept))),
        None => read.next().flatten().map(WrittenCard::Card),
    };
    kept.iter().filter_map(card).collect()
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
    if needs.shops || (needs.gaps && !selection.is_plain) {
        hash.update(&data.shops_hash().await.ok()?);
    }
    if needs.chips {
        hash.update(&data.chips_known()?.to_le_bytes());
    }
    Some(WayKey(*hash.finalize().as_bytes()))
}

/// A card in an answer.
pub(crate) enum WrittenCard {
    /// It was written before, and kept.
    Kept(Bytes),
    /// It is written as it is given.
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
            Self::Kept(kept) => Ok(Value::Binary(filled(kept, ctx).await?)),
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
    if let Some(WrittenCard::Kept(kept)) = asked.and_then(|asked| asked.written(id)) {
        return Ok(Value::Binary(filled(&kept, ctx).await?));
    }
    let (query_env, data) = (Some(ctx.query_env), ctx.data_unchecked());
    let straight = straight::page(query_env, data, selection, &[OnPage::Read(card)]).await;
    let straight = straight.map_err(|error| failed(error, ctx))?;
    if straight.is_none() && Lean::needs_more(ctx) {
        return Ok(Value::Null);
    }
    let by = if straight.is_some() { &CARDS_GIVEN.straight } else { &CARDS_GIVEN.resolved };
    by.increment(1);
    let keeping = asked.filter(|asked| asked.kept.wants_written());
    let (json, kept) = if let Some(page) = straight {
        let keep = || page.written.first().and_then(|card| page.keep(card));
        let kept = keeping.and_then(|_| keep());
        (without_brackets(&page.json).unwrap_or_default(), kept)
    } else {
        let value = unpacked(card, ctx)?.resolve(ctx, field).await?;
        let is_whole = ctx.query_env.errors.lock().is_ok_and(|errors| errors.is_empty());
        let Some(json) = response::object(&value, &selection.fields).filter(|_| is_whole) else {
            return Ok(value);
        };
        // Where its gaps would be isn't known.
        let kept = keeping.filter(|_| !selection.leaves_gaps()).and_then(|_| gaps::keep(&json, 0, &[]));
        (json.into(), kept)
    };
    if let Some((asked, kept)) = keeping.zip(kept) {
        asked.kept.put_written(id, asked.key, kept);
    }
    Ok(Value::Binary(json))
}

/// A card that was kept, as it is now.
async fn filled(kept: &Bytes, ctx: &ContextSelectionSet<'_>) -> ServerResult<Bytes> {
    let filled = match Opened::of(kept) {
        Some(card) => match card.without_gaps() {
            Some(json) => Some(kept.slice_ref(json)),
            None => straight::filled(ctx.data_unchecked(), card).await,
        },
        None => None,
    };
    // What belongs in its gaps can't be read.
    filled.ok_or_else(|| failed(StoreFailed, ctx))
}

fn failed(failed: StoreFailed, ctx: &ContextSelectionSet<'_>) -> ServerError {
    Error::from(ApiError::from(failed)).into_server_error(ctx.item.pos)
}

fn unpacked(card: &PackedCard, ctx: &ContextSelectionSet<'_>) -> ServerResult<VideoCard> {
    VideoCard::of(card).map_err(|error| failed(error, ctx))
}
