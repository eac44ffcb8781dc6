//! A page of a list of cards, by the Relay cursor connections specification: forwards and backwards, by
//! keyset. What isn't asked for isn't worked out.

use async_graphql::{Context, Object, SimpleObject};
use sqlx::{Postgres, QueryBuilder, types::Json};
use tokio::sync::OnceCell;

use super::{
    card::{self, VideoCard},
    errors::{ApiError, StoreFailed},
    filter::VideoCardFilter,
    loaders::read,
    names::int,
    request::data,
    sort::{Key, Place, VideoCardSort},
};

/// How many cards a page has where the client doesn't say.
const DEFAULT_PAGE: i32 = 20;
/// The most cards of a page.
pub(crate) const LARGEST_PAGE: i32 = 100;

/// Which stretch of a list is wanted.
#[derive(Debug)]
pub(crate) struct Stretch {
    after: Option<Place>,
    before: Option<Place>,
    size: i64,
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
            size: size.into(),
            from_the_end: arguments.last.is_some(),
        })
    }
}

/// Cards, a page of them.
pub struct VideoCardConnection {
    filter: VideoCardFilter,
    sort: VideoCardSort,
    stretch: Stretch,
    page: OnceCell<Page>,
}

struct Page {
    places: Vec<Place>,
    cards: Vec<VideoCard>,
    /// Whether there is more on the side to which the page was cut.
    cut: bool,
}

impl VideoCardConnection {
    pub(crate) fn new(filter: VideoCardFilter, sort: VideoCardSort, stretch: Stretch) -> Self {
        Self { filter, sort, stretch, page: OnceCell::new() }
    }

    async fn page(&self, ctx: &Context<'_>) -> Result<&Page, ApiError> {
        Ok(self.page.get_or_try_init(|| self.read_page(ctx)).await?)
    }

    async fn read_page(&self, ctx: &Context<'_>) -> Result<Page, StoreFailed> {
        let stretch = &self.stretch;
        let mut sql = QueryBuilder::new("select id, ");
        sql.push(self.sort.key_as_json());
        self.push_matching(&mut sql, ctx);
        if let Some(after) = &stretch.after {
            self.sort.push_beyond(&mut sql, after, true);
        }
        if let Some(before) = &stretch.before {
            self.sort.push_beyond(&mut sql, before, false);
        }
        self.sort.push_order(&mut sql, stretch.from_the_end);
        // One more than the page, to know whether there is more.
        sql.push(" limit ").push_bind(stretch.size + 1);
        let query = sql.build_query_as::<(i64, Json<Key>)>();
        let mut rows = read(query.fetch_all(&data(ctx).pool)).await?;
        let size = usize::try_from(stretch.size).unwrap_or_default();
        let cut = rows.len() > size;
        rows.truncate(size);
        if stretch.from_the_end {
            rows.reverse();
        }
        let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
        let found = card::of_page(ctx, &ids).await?;
        let mut page = Page { places: Vec::new(), cards: Vec::new(), cut };
        for ((id, Json(key)), card) in rows.into_iter().zip(found) {
            // A card can go between the two statements.
            if let Some(card) = card {
                page.places.push(Place { key, id });
                page.cards.push(card);
            }
        }
        Ok(page)
    }

    fn push_matching(&self, sql: &mut QueryBuilder<Postgres>, ctx: &Context<'_>) {
        sql.push(" from gateway.card where listing_count > 0");
        self.filter.push(sql, data(ctx).base_digits);
    }

    /// Whether the list has cards behind (or before) a place.
    async fn has_beyond(&self, ctx: &Context<'_>, place: &Place, behind: bool) -> Result<bool, ApiError> {
        let mut sql = QueryBuilder::new("select exists (select");
        self.push_matching(&mut sql, ctx);
        self.sort.push_beyond(&mut sql, place, behind);
        sql.push(")");
        Ok(read(sql.build_query_scalar().fetch_one(&data(ctx).pool)).await?)
    }
}

/// Cards, a page of them.
#[Object]
impl VideoCardConnection {
    /// The cards of the page with their cursors.
    async fn edges(&self, ctx: &Context<'_>) -> Result<Vec<VideoCardEdge>, ApiError> {
        let page = self.page(ctx).await?;
        let edge = |(place, card): (&Place, &VideoCard)| VideoCardEdge {
            cursor: self.sort.cursor(place),
            node: card.clone(),
        };
        Ok(page.places.iter().zip(&page.cards).map(edge).collect())
    }

    /// The cards of the page.
    async fn nodes(&self, ctx: &Context<'_>) -> Result<Vec<VideoCard>, ApiError> {
        Ok(self.page(ctx).await?.cards.clone())
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo<'_> {
        PageInfo(self)
    }

    /// How many cards the whole list has. Worked out only where asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        let mut sql = QueryBuilder::new("select count(*)");
        self.push_matching(&mut sql, ctx);
        let count: i64 = read(sql.build_query_scalar().fetch_one(&data(ctx).pool)).await?;
        Ok(int(count))
    }
}

/// A card of a page, with its cursor.
#[derive(SimpleObject)]
pub struct VideoCardEdge {
    /// The card's place in the list, for `after` and `before`.
    cursor: String,
    /// The card.
    node: VideoCard,
}

/// Where a page stands in its list.
pub struct PageInfo<'c>(&'c VideoCardConnection);

/// Where a page stands in its list.
#[Object]
impl PageInfo<'_> {
    /// Whether there are cards behind the page.
    async fn has_next_page(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        let (page, stretch) = (self.0.page(ctx).await?, &self.0.stretch);
        if !stretch.from_the_end && page.cut {
            return Ok(true);
        }
        // Without `before`, the page goes to the end of the list.
        match page.places.last().or(stretch.after.as_ref()) {
            Some(end) if stretch.before.is_some() => self.0.has_beyond(ctx, end, true).await,
            _ => Ok(false),
        }
    }

    /// Whether there are cards before the page.
    async fn has_previous_page(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        let (page, stretch) = (self.0.page(ctx).await?, &self.0.stretch);
        if stretch.from_the_end && page.cut {
            return Ok(true);
        }
        // Without `after`, the page goes back to the start of the list.
        match page.places.first().or(stretch.before.as_ref()) {
            Some(start) if stretch.after.is_some() => self.0.has_beyond(ctx, start, false).await,
            _ => Ok(false),
        }
    }

    /// The cursor of the page's first card; null: the page is empty.
    async fn start_cursor(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let page = self.0.page(ctx).await?;
        Ok(page.places.first().map(|place| self.0.sort.cursor(place)))
    }

    /// The cursor of the page's last card; null: the page is empty.
    async fn end_cursor(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let page = self.0.page(ctx).await?;
        Ok(page.places.last().map(|place| self.0.sort.cursor(place)))
    }
}
