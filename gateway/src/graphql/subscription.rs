//! The root of subscriptions.

use std::collections::HashSet;

use async_graphql::{Context, Enum, ID, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures::stream::{BoxStream, StreamExt};

use super::{
    card::VideoCard,
    errors::ApiError,
    filter::VideoCardFilter,
    follow::{Found, Of, Wanted, cursor, follow, read_cursor},
    ids::{self, NodeType},
    loaders::read,
    money::Money,
    offer::Offer,
    request::data,
    scalars::Decimal,
};
use crate::changes::{CardChange, Changes, Happening, Hearing};

/// The most cards that one subscription names.
const MOST_IDS: usize = 100;

/// What happened to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// Its fields or the shops that have it are different; its prices may be too.
    Changed,
    /// A price or an availability is different, and nothing else.
    PriceChanged,
    /// No shop has it any more, or another card took it over.
    Removed,
}

/// A video card that changed.
#[derive(SimpleObject)]
pub struct VideoCardChange {
    /// What happened to it.
    kind: ChangeKind,
    /// The card as it is now; one that was removed as it last was, without offers.
    card: VideoCard,
    /// When the change was applied.
    at: DateTime<Utc>,
    /// The change's place among all changes, for `after`.
    cursor: String,
}

/// An offer whose price fell.
#[derive(SimpleObject)]
pub struct PriceDrop {
    /// The card.
    card: VideoCard,
    /// The offer as it is now.
    offer: Offer,
    /// The price before, in the shop's own currency.
    from: Money,
    /// The lower price, in the shop's own currency.
    to: Money,
    /// When the change was applied.
    at: DateTime<Utc>,
    /// The change's place among all changes, for `after`.
    cursor: String,
}

/// The root of subscriptions.
#[derive(Debug)]
pub struct Subscription;

/// What happens to video cards, as soon as it is applied. Subscriptions are served over WebSocket by the protocol
/// `graphql-transport-ws`, and as server-sent events by the distinct connections mode of GraphQL over SSE.
#[Subscription]
impl Subscription {
    /// Video cards that are new, changed or gone. With a filter, those that fit it as they are now; a card that was
    /// removed, as it was. A card that stops to fit the filter is not told: watch it by `ids`.
    async fn video_card_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cards are wanted.")] filter: Option<VideoCardFilter>,
        #[graphql(desc = "Only these cards, 100 at most.")] ids: Option<Vec<ID>>,
        #[graphql(
            desc = "Begin with what happened after this cursor, if it is not older than an hour. Without it only what \
                    happens from now on is told."
        )]
        after: Option<String>,
    ) -> Result<BoxStream<'static, Result<VideoCardChange, ApiError>>, ApiError> {
        let found = found(ctx, Of::Cards, filter, ids, after).await?;
        Ok(found.filter_map(async |found| found.map(VideoCardChange::of).transpose()).boxed())
    }

    /// Offers that can be bought and became cheaper.
    async fn price_dropped(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of cards that fit this.")] filter: Option<VideoCardFilter>,
        #[graphql(desc = "Only of these cards, 100 at most.")] ids: Option<Vec<ID>>,
        #[graphql(desc = "Only to a price below this, in the base currency.")] below: Option<Decimal>,
        #[graphql(
            desc = "Begin with what happened after this cursor, if it is not older than an hour. Without it only what \
                    happens from now on is told."
        )]
        after: Option<String>,
    ) -> Result<BoxStream<'static, Result<PriceDrop, ApiError>>, ApiError> {
        let below_minor = below.map(|below| below.to_minor_above(data(ctx).base_digits));
        let found = found(ctx, Of::Falls { below_minor }, filter, ids, after).await?;
        Ok(found.filter_map(async |found| found.map(PriceDrop::of).transpose()).boxed())
    }
}

impl VideoCardChange {
    fn of(found: Found) -> Option<Self> {
        let Happening::Card(change) = found.change.happening else { return None };
        let kind = match change {
            CardChange::Added => ChangeKind::Added,
            CardChange::Changed => ChangeKind::Changed,
            CardChange::PriceChanged => ChangeKind::PriceChanged,
            CardChange::Removed => ChangeKind::Removed,
        };
        let cursor = cursor(&found.change);
        Some(Self { kind, card: VideoCard(found.card), at: found.change.at, cursor })
    }
}

impl PriceDrop {
    fn of(found: Found) -> Option<Self> {
        let cursor = cursor(&found.change);
        let Happening::Fall(fall) = found.change.happening else { return None };
        Some(Self {
            card: VideoCard(found.card),
            offer: Offer(found.offer?),
            from: Money::of(fall.from_minor, &fall.currency),
            to: Money::of(fall.to_minor, &fall.currency),
            at: found.change.at,
            cursor,
        })
    }
}

async fn found(
    ctx: &Context<'_>,
    of: Of,
    filter: Option<VideoCardFilter>,
    ids: Option<Vec<ID>>,
    after: Option<String>,
) -> Result<BoxStream<'static, Result<Found, ApiError>>, ApiError> {
    let hearing = ctx.data_unchecked::<Hearing>();
    let filter = filter.unwrap_or_default();
    filter.check()?;
    let cards = match ids {
        None => None,
        Some(ids) => Some(cards(ctx, &ids).await?),
    };
    let after = match after {
        None => None,
        Some(after) => Some(place(&hearing.changes, &after).await?),
    };
    let wanted = Wanted { filter: filter.to_index(data(ctx).base_digits), cards, of };
    Ok(follow(hearing, wanted, after))
}

/// The cards of identifiers, and those that took them over.
async fn cards(ctx: &Context<'_>, ids: &[ID]) -> Result<HashSet<i64>, ApiError> {
    if ids.len() > MOST_IDS {
        let given = ids.len();
        return Err(ApiError::bad_input(format!(
            "`ids` has {given} identifiers; {MOST_IDS} are the most. Use a filter."
        )));
    }
    let mut cards = HashSet::new();
    for id in ids {
        let Some((NodeType::VideoCard, number)) = ids::decode(id) else {
            let id: String = id.chars().take(40).collect();
            return Err(ApiError::bad_input(format!("`ids` has {id:?}, which is no card's identifier.")));
        };
        cards.insert(number);
    }
    let asked: Vec<i64> = cards.iter().copied().collect();
    let query = sqlx::query_as(include_str!("../../../sql/gateway/card_resolve.sql")).bind(asked);
    let resolved: Vec<(i64, i64)> = read(query.fetch_all(&data(ctx).pool)).await?;
    cards.extend(resolved.into_iter().map(|(_, card)| card));
    Ok(cards)
}

/// The change that `after` names, if what followed it is still kept.
async fn place(changes: &Changes, after: &str) -> Result<i64, ApiError> {
    let Some(after) = read_cursor(after) else {
        return Err(ApiError::bad_change_cursor("it is not a cursor of changes"));
    };
    if after > read(changes.newest()).await? {
        return Err(ApiError::bad_change_cursor("there was no such change yet"));
    }
    if after < read(changes.forgotten_through()).await? {
        return Err(ApiError::cursor_too_old());
    }
    Ok(after)
}
