//! A page of a list of cards, by the Relay cursor connections specification: forwards and backwards, by
//! keyset. What isn't asked for isn't worked out.
//!
//! Which cards a list has, and in which order, is what the index in memory says; the cards themselves are loaded.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use catalogue_index::{List, Page as Places, Place, Stretch as Wanted};
use tokio::sync::OnceCell;

use super::{
    errors::ApiError,
    facets::{Facet, PriceStats},
    names::int,
    packed::PackedCard,
    plan::Expected,
    request::data,
    sort::{OTHER_SORT, VideoCardSort},
    straight::{AtHand, Out, Straight},
    written::{Asked, WrittenCard, WrittenCards},
};

/// How many cards a page has where the client doesn't say.
const DEFAULT_PAGE: i32 = 20;
/// The most cards of a page.
pub(crate) const LARGEST_PAGE: i32 = 100;
/// How many buckets price statistics have at the most.
const BUCKETS: std::ops::RangeInclusive<i32> = 1..=50;
/// How many they have where the client doesn't say.
const USUAL_BUCKETS: i32 = 10;

/// Which stretch of a list is wanted.
#[derive(Debug)]
pub(crate) struct Stretch {
    after: Option<Place>,
    before: Option<Place>,
    size: usize,
    /// The last ones of what lies between `after` and `before`, instead of the first.
    from_the_end: bool,
}

/// The paging arguments as clients give them.
#[derive(Debug, Default)]
pub(crate) struct PageArguments {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
}

impl Stretch {
    pub(crate) fn read(arguments: &PageArguments, sort: VideoCardSort) -> Result<Self, ApiError> {
        let (name, size) = match (arguments.first, arguments.last) {
            (Some(_), Some(_)) => {
                return Err(ApiError::bad_page_size("Give either `first` or `last`, not both."));
            }
            (None, None) => ("first", DEFAULT_PAGE),
            (Some(size), None) => ("first", size),
            (None, Some(size)) => ("last", size),
        };
        if !(0..=LARGEST_PAGE).contains(&size) {
            return Err(ApiError::bad_page_size(format!(
                "`{name}` is {size}; a page has from 0 to {LARGEST_PAGE} cards. Take further pages with `after` or \
                 `before`."
            )));
        }
        let place = |argument: &'static str, cursor: &Option<String>| {
            let Some(cursor) = cursor else { return Ok(None) };
            sort.place(cursor).map(Some).map_err(|problem| ApiError::bad_cursor(argument, problem))
        };
        Ok(Self {
            after: place("after", &arguments.after)?,
            before: place("before", &arguments.before)?,
            size: usize::try_from(size).unwrap_or_default(),
            from_the_end: arguments.last.is_some(),
        })
    }
}

/// Cards, a page of them.
pub struct VideoCardConnection {
    list: List,
    sort: VideoCardSort,
    places: Places,
    cards: OnceCell<Vec<(Place, Arc<PackedCard>)>>,
}

impl VideoCardConnection {
    pub(crate) fn new(list: List, sort: VideoCardSort, stretch: &Stretch) -> Result<Self, ApiError> {
        let wanted = Wanted {
            after: stretch.after.as_ref(),
            before: stretch.before.as_ref(),
            size: stretch.size,
            from_the_end: stretch.from_the_end,
        };
        let argument = if stretch.after.is_some() { "after" } else { "before" };
        let places =
            list.page(sort.to_index(), &wanted).map_err(|_| ApiError::bad_cursor(argument, OTHER_SORT))?;
        Ok(Self { list, sort, places, cards: OnceCell::new() })
    }

    async fn cards(&self, ctx: &Context<'_>) -> Result<&[(Place, Arc<PackedCard>)], ApiError> {
        let read = || async {
            let ids: Vec<i64> = self.places.places.iter().map(|place| place.id).collect();
            let cards = data(ctx).loaders.cards.many(&ids).await?;
            // A card can have gone since the index was told.
            let found = self.places.places.iter().cloned().zip(cards);
            Ok::<_, ApiError>(found.filter_map(|(place, card)| Some((place, card?))).collect())
        };
        Ok(self.cards.get_or_try_init(read).await?)
    }
}

/// Cards, a page of them.
#[Object]
impl VideoCardConnection {
    /// The cards of the page with their cursors.
    async fn edges(&self, ctx: &Context<'_>) -> Result<Vec<VideoCardEdge>, ApiError> {
        let edge = |(place, card): &(Place, Arc<PackedCard>)| VideoCardEdge {
            cursor: self.sort.cursor(place),
            node: WrittenCard::Card(Arc::clone(card)),
        };
        Ok(self.cards(ctx).await?.iter().map(edge).collect())
    }

    /// The cards of the page.
    async fn nodes(&self, ctx: &Context<'_>) -> Result<WrittenCards, ApiError> {
        let Some(asked) = Asked::at(ctx, ctx.item.node.selection_set.pos).await else {
            let cards = self.cards(ctx).await?.iter();
            let cards = cards.map(|(_, card)| WrittenCard::Card(Arc::clone(card)));
            return Ok(WrittenCards::Each(cards.collect()));
        };
        Ok(asked.cards(ctx, self.places.places.iter().map(|place| place.id)).await?)
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> AtHand<PageInfo> {
        let cursor = |place: Option<&Place>| place.map(|place| self.sort.cursor(place));
        AtHand(PageInfo {
            has_next_page: self.places.has_next,
            has_previous_page: self.places.has_previous,
            start_cursor: cursor(self.places.places.first()),
            end_cursor: cursor(self.places.places.last()),
        })
    }

    /// How many cards the whole list has. Worked out only where asked for.
    async fn total_count(&self) -> i32 {
        int(i64::try_from(self.list.count()).unwrap_or(i64::MAX))
    }

    /// By which values the list can be narrowed, and how many cards each would leave. The counts of a facet ignore
    /// what the filter's own field for it says, and obey all else. Worked out only where asked for.
    async fn facets(&self) -> Vec<AtHand<Facet>> {
        self.list.facets().into_iter().map(|facet| AtHand(facet.into())).collect()
    }

    /// What the best offers of the list cost, in the base currency. It ignores the filter's own price range, since
    /// a slider needs the whole; null: no card can be bought.
    #[expect(clippy::unused_async, reason = "a field of the schema is what it is")]
    async fn price_stats(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Into how many stretches prices are divided, 1 to 50.",
            default_with = "Some(USUAL_BUCKETS)"
        )]
        buckets: Option<i32>,
    ) -> Result<Option<AtHand<PriceStats>>, ApiError> {
        let buckets = buckets.unwrap_or(USUAL_BUCKETS);
        if !BUCKETS.contains(&buckets) {
            return Err(ApiError::bad_input(format!("`buckets` is {buckets}; it is a number from 1 to 50.")));
        }
        let stats = self.list.price_stats(usize::try_from(buckets).unwrap_or(1));
        Ok(stats.map(|stats| AtHand(PriceStats::of(&stats, data(ctx).base_currency))))
    }
}

/// A card of a page, with its cursor.
#[derive(SimpleObject)]
pub struct VideoCardEdge {
    /// The card's place in the list, for `after` and `before`.
    cursor: String,
    /// The card.
    node: WrittenCard,
}

/// Where a page stands in its list.
#[derive(SimpleObject)]
pub struct PageInfo {
    /// Whether there are cards behind the page.
    has_next_page: bool,
    /// Whether there are cards before the page.
    has_previous_page: bool,
    /// The cursor of the page's first card; null: the page is empty.
    start_cursor: Option<String>,
    /// The cursor of the page's last card; null: the page is empty.
    end_cursor: Option<String>,
}

impl Straight for PageInfo {
    const TYPE: &'static str = "PageInfo";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "hasNextPage" => out.scalar(&self.has_next_page),
            "hasPreviousPage" => out.scalar(&self.has_previous_page),
            "startCursor" => out.scalar(&self.start_cursor),
            "endCursor" => out.scalar(&self.end_cursor),
            _ => false,
        }
    }
}
