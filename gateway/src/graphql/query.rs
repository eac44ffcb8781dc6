//! The root of queries.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{Context, ID, Interface, Object, OneofObject};
use catalogue_index::{FacetId, Filter, List};

use super::{
    card::{self, VideoCard},
    compare::VideoCardComparison,
    connection::{PageArguments, Stretch, VideoCardConnection},
    errors::{ApiError, StoreFailed},
    filter::VideoCardFilter,
    ids::{self, NodeType},
    loaders::read,
    names::{Brand, Gpu, Shop, Technology},
    offer::Offer,
    packed::PackedCard,
    request::data,
    rows::{BrandRow, TechnologyRow},
    sort::VideoCardSort,
    written::{Asked, WrittenCard},
};
use crate::card::mpn_key;

/// How many cards are compared at once.
const COMPARED: std::ops::RangeInclusive<usize> = 2..=8;
/// How many cards are suggested at once.
const SUGGESTED: std::ops::RangeInclusive<i32> = 1..=20;
/// How many cards are suggested where the client doesn't say.
const USUALLY_SUGGESTED: i32 = 8;
/// The order of cards where the client doesn't say.
const USUAL_SORT: VideoCardSort = VideoCardSort::PriceAsc;
/// The most identifiers in one `nodes`.
const MOST_NODES: usize = 100;

/// Anything that has an identifier.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Identifier, unique over all types."))]
pub enum Node {
    /// A video card.
    VideoCard(VideoCard),
    /// A brand.
    Brand(Brand),
    /// A graphics chip.
    Gpu(Gpu),
    /// A technology.
    Technology(Technology),
    /// A shop.
    Shop(Shop),
    /// An offer.
    Offer(Offer),
}

/// What names one video card: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum VideoCardBy {
    /// Its identifier.
    Id(ID),
    /// Its name in addresses.
    Slug(String),
    /// A manufacturer's part number, with or without separators.
    Mpn(String),
    /// A barcode: GTIN-8, UPC-A, EAN-13 or GTIN-14.
    Gtin(String),
}

/// The root of queries.
#[derive(Debug)]
pub struct Query;

/// The root of queries.
#[Object]
impl Query {
    /// Whatever has this identifier; null: nothing has.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identifier.")] id: ID,
    ) -> Result<Option<Node>, ApiError> {
        Ok(nodes(ctx, &[id]).await?.into_iter().next().flatten())
    }

    /// Whatever has these identifiers, in their order; null where nothing has.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identifiers, 100 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, ApiError> {
        if ids.len() > MOST_NODES {
            let given = ids.len();
            return Err(ApiError::bad_input(format!(
                "`ids` has {given} identifiers; {MOST_NODES} are the most."
            )));
        }
        nodes(ctx, &ids).await
    }

    /// One video card; null: there is none like that.
    async fn video_card(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What names it.")] by: VideoCardBy,
    ) -> Result<Option<WrittenCard>, ApiError> {
        let id = match by {
            VideoCardBy::Id(id) => match ids::decode(&id) {
                Some((NodeType::VideoCard, number)) => Some(number),
                _ => None,
            },
            VideoCardBy::Slug(slug) => {
                one(ctx, include_str!("../../../sql/gateway/card_by_slug.sql"), slug).await?
            }
            VideoCardBy::Mpn(mpn) => {
                one(ctx, include_str!("../../../sql/gateway/card_by_mpn.sql"), mpn_key(&mpn)).await?
            }
            VideoCardBy::Gtin(gtin) => match gtin14(&gtin) {
                Some(gtin) => one(ctx, include_str!("../../../sql/gateway/card_by_gtin.sql"), gtin).await?,
                None => {
                    return Err(ApiError::bad_input(format!(
                        "`by.gtin` is not a barcode: {:?} has not 8, 12, 13 or 14 digits.",
                        gtin.chars().take(40).collect::<String>()
                    )));
                }
            },
        };
        let Some(id) = id else { return Ok(None) };
        let asked = Asked::at(ctx, ctx.item.node.selection_set.pos).await;
        if let Some(asked) = asked
            && let Some(card) = asked.card(ctx, id).await?
        {
            return Ok(Some(card));
        }
        Ok(card::by_ids(ctx, &[id]).await?.into_iter().next().flatten().map(WrittenCard::Card))
    }

    /// Video cards, a page of them.
    #[expect(
        clippy::too_many_arguments,
        clippy::unused_async,
        reason = "a field of the schema is what it is"
    )]
    async fn video_cards(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The first so many cards, 20 where neither `first` nor `last` is given, 100 at most."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only cards behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many cards, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only cards before this cursor.")] before: Option<String>,
        #[graphql(desc = "Words to be found in names, chips and codes; typos are forgiven.")] search: Option<
            String,
        >,
        #[graphql(desc = "Which cards are wanted.")] filter: Option<VideoCardFilter>,
        #[graphql(desc = "Their order.", default_with = "Some(USUAL_SORT)")] sort: Option<VideoCardSort>,
    ) -> Result<VideoCardConnection, ApiError> {
        let sort = sort.unwrap_or(USUAL_SORT);
        let filter = filter.unwrap_or_default();
        filter.check()?;
        let stretch = Stretch::read(&PageArguments { first, after, last, before }, sort)?;
        let data = data(ctx);
        let filter = Filter { search, ..filter.to_index(data.base_digits) };
        let cards = List::new(data.index()?.clone(), filter)
            .map_err(|_| ApiError::bad_input("`filter` nests too deep."))?;
        VideoCardConnection::new(cards, sort, &stretch)
    }

    /// Cards that fit what is being typed, the best first.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far; the last word may be its beginning.")] text: String,
        #[graphql(desc = "How many cards at the most, 1 to 20.", default_with = "Some(USUALLY_SUGGESTED)")]
        first: Option<i32>,
    ) -> Result<Vec<WrittenCard>, ApiError> {
        let first = first.unwrap_or(USUALLY_SUGGESTED);
        if !SUGGESTED.contains(&first) {
            return Err(ApiError::bad_page_size(format!("`first` is {first}; 1 to 20 cards are suggested.")));
        }
        let ids = data(ctx).index()?.suggest(&text, usize::try_from(first).unwrap_or(1));
        let cards = data(ctx).loaders.cards.many(&ids).await?;
        Ok(cards.into_iter().flatten().map(WrittenCard::Card).collect())
    }

    /// Cards side by side, 2 to 8 of them, and in which fields they differ.
    async fn compare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identifiers of cards.")] ids: Vec<ID>,
    ) -> Result<VideoCardComparison, ApiError> {
        if !COMPARED.contains(&ids.len()) {
            let given = ids.len();
            return Err(ApiError::bad_input(format!(
                "`ids` has {given} identifiers; 2 to 8 cards are compared."
            )));
        }
        card::compare(ctx, &ids).await
    }

    /// Technologies that some card supports, by name.
    async fn technologies(&self, ctx: &Context<'_>) -> Result<Vec<Technology>, ApiError> {
        let query = sqlx::query_as(include_str!("../../../sql/gateway/technologies_all.sql"));
        let rows: Vec<TechnologyRow> = read(query.fetch_all(&data(ctx).pool)).await?;
        let index = data(ctx).index()?;
        let supported = rows.into_iter().filter(|row| index.cards_with(FacetId::Technologies, &row.code) > 0);
        Ok(supported.map(|row| Technology(Arc::new(row))).collect())
    }

    /// Brands that have a card, by name.
    async fn brands(&self, ctx: &Context<'_>) -> Result<Vec<Brand>, ApiError> {
        let query = sqlx::query_as(include_str!("../../../sql/gateway/brands_all.sql"));
        let rows: Vec<BrandRow> = read(query.fetch_all(&data(ctx).pool)).await?;
        let index = data(ctx).index()?;
        let with_cards = rows.into_iter().filter(|row| index.cards_with(FacetId::Brands, &row.slug) > 0);
        Ok(with_cards.map(|row| Brand(Arc::new(row))).collect())
    }

    /// Shops, by name.
    async fn shops(&self, ctx: &Context<'_>) -> Result<Vec<Shop>, ApiError> {
        Ok(data(ctx).shops().await?.iter().cloned().map(Shop).collect())
    }
}

async fn one(ctx: &Context<'_>, sql: &'static str, value: String) -> Result<Option<i64>, ApiError> {
    // Postgres has no text with NUL, so nothing is named so.
    if value.contains('\0') {
        return Ok(None);
    }
    Ok(read(sqlx::query_scalar(sql).bind(value).fetch_optional(&data(ctx).pool)).await?)
}

fn gtin14(text: &str) -> Option<String> {
    let digits: String =
        text.chars().filter(|character| !character.is_whitespace() && *character != '-').collect();
    let right = matches!(digits.len(), 8 | 12..=14) && digits.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| format!("{digits:0>14}"))
}

/// Each type's identifiers are looked up together.
async fn nodes(ctx: &Context<'_>, asked: &[ID]) -> Result<Vec<Option<Node>>, ApiError> {
    let decoded: Vec<Option<(NodeType, i64)>> = asked.iter().map(|id| ids::decode(id)).collect();
    let mut by_type: BTreeMap<NodeType, Vec<i64>> = BTreeMap::new();
    for (node_type, number) in decoded.iter().flatten() {
        by_type.entry(*node_type).or_default().push(*number);
    }
    let mut found: BTreeMap<(NodeType, i64), Node> = BTreeMap::new();
    let mut ordered: Vec<Option<Node>> = Vec::new();
    for (node_type, numbers) in by_type {
        let nodes = nodes_of(ctx, node_type, &numbers).await?;
        found.extend(
            numbers.into_iter().zip(nodes).filter_map(|(number, node)| Some(((node_type, number), node?))),
        );
    }
    for key in decoded {
        ordered.push(key.and_then(|key| found.get(&key)).map(Node::again));
    }
    Ok(ordered)
}

async fn nodes_of(ctx: &Context<'_>, of: NodeType, numbers: &[i64]) -> Result<Vec<Option<Node>>, ApiError> {
    let loaders = &data(ctx).loaders;
    Ok(match of {
        NodeType::VideoCard => {
            let cards = card::by_ids(ctx, numbers).await?.into_iter();
            let node = |card: Arc<PackedCard>| Ok(Node::VideoCard(VideoCard::of(&card)?));
            cards.map(|card| card.map(node).transpose()).collect::<Result<_, StoreFailed>>()?
        }
        NodeType::Offer => {
            let offers = loaders.offers.many(numbers).await?;
            offers.into_iter().map(|row| row.map(|row| Node::Offer(Offer(row)))).collect()
        }
        NodeType::Brand => {
            let brands = loaders.brands.many(&narrow(numbers)).await?;
            brands.into_iter().map(|row| row.map(|row| Node::Brand(Brand(row)))).collect()
        }
        NodeType::Gpu => {
            let gpus = loaders.gpus.many(&narrow(numbers)).await?;
            gpus.into_iter().map(|row| row.map(|row| Node::Gpu(Gpu(row)))).collect()
        }
        NodeType::Technology => {
            let technologies = loaders.technologies.many(&narrow(numbers)).await?;
            technologies.into_iter().map(|row| row.map(|row| Node::Technology(Technology(row)))).collect()
        }
        NodeType::Shop => {
            let mut shops = Vec::new();
            for id in narrow(numbers) {
                shops.push(data(ctx).shop(id).await?.map(|row| Node::Shop(Shop(row))));
            }
            shops
        }
    })
}

/// Numbers of a type whose ids are smaller; one that doesn't fit is no id of that type.
fn narrow<T: TryFrom<i64> + From<i8>>(numbers: &[i64]) -> Vec<T> {
    numbers.iter().map(|number| T::try_from(*number).unwrap_or_else(|_| T::from(-1))).collect()
}

impl Node {
    /// The same node once more: what it holds is shared.
    fn again(&self) -> Self {
        match self {
            Self::VideoCard(card) => Self::VideoCard(card.clone()),
            Self::Brand(brand) => Self::Brand(Brand(brand.0.clone())),
            Self::Gpu(gpu) => Self::Gpu(Gpu(gpu.0.clone())),
            Self::Technology(technology) => Self::Technology(Technology(technology.0.clone())),
            Self::Shop(shop) => Self::Shop(Shop(shop.0.clone())),
            Self::Offer(offer) => Self::Offer(offer.clone()),
        }
    }
}
