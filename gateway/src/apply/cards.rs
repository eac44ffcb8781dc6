//! Storing the cards anew that the news reached, as they were [`made`](super::made), with what filters and sorts need to
//! know of their offers. Each card is written once, whatever of it is new: a row is large, and stands in several indexes.

mod rows;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, Utc};
use service::copy::Rows;
use sqlx::PgConnection;

use self::rows::Row;
use super::{
    card_ids::CardId,
    made::Made,
    regroup::Regrouped,
    summary::{self, Summary},
};
use crate::card::slug;

/// How a card that was there is written.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct Written {
    id: CardId,
    pub(super) was_served: bool,
    /// Whether it looks different, but for prices and availabilities.
    pub(super) differs: bool,
}

/// Stores cards; how those of them are written that were there. Why the listings of those that were grouped anew are one
/// card says `regrouped`, what their offers come to `summaries`.
pub(super) async fn store(
    connection: &mut PgConnection,
    made: &[Made],
    regrouped: &Regrouped,
    summaries: &BTreeMap<CardId, Summary>,
) -> sqlx::Result<BTreeMap<CardId, Written>> {
    if made.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names = Names::ensure(connection, made).await?;
    let slugs = slugs(connection, made, &regrouped.new).await?;
    let nothing = Summary::default();
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for (made, slug) in made.iter().zip(slugs) {
        let summary = summaries.get(&made.id).unwrap_or(&nothing);
        let rows = if regrouped.new.contains(&made.id) { &mut new } else { &mut known };
        rows.push(Row::of(made, slug, &names, regrouped.cards.get(&made.id), summary));
    }
    rows::copy(connection, &new).await?;
    let written = rows::upsert(connection, &known).await?;
    let mut written: BTreeMap<CardId, Written> =
        written.into_iter().map(|written| (written.id, written)).collect();
    for card in write_technologies(connection, made, &names, &regrouped.new).await? {
        if let Some(written) = written.get_mut(&card) {
            written.differs = true;
        }
    }
    Ok(written)
}

/// Stores what filters and sorts need to know of cards' offers, of cards that are not written otherwise; when that was,
/// unless there are none.
pub(super) async fn summarise(
    connection: &mut PgConnection,
    offers: &summary::Columns,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    if offers.card_ids.is_empty() {
        return Ok(None);
    }
    sqlx::query_scalar(include_str!("../../../sql/gateway/cards_summarise.sql"))
        .bind(&offers.card_ids)
        .bind(&offers.listing_counts)
        .bind(&offers.best_prices_minor)
        .bind(&offers.discounts_bp)
        .bind(&offers.shop_slugs)
        .bind(&offers.availabilities)
        .fetch_one(connection)
        .await
        .map(Some)
}

/// The shops that sell cards, as is stored.
pub(super) async fn sold_by(
    connection: &mut PgConnection,
    cards: &BTreeSet<CardId>,
) -> sqlx::Result<BTreeMap<CardId, Vec<String>>> {
    let cards: Vec<CardId> = cards.iter().copied().collect();
    let shops: Vec<(CardId, Vec<String>)> =
        sqlx::query_as("select id, shop_slugs from gateway.card where id = any($1::bigint[])")
            .bind(cards)
            .fetch_all(connection)
            .await?;
    Ok(shops.into_iter().collect())
}

/// Makes the ids and slugs of cards that another took over find that one, and ends the old rows.
pub(super) async fn take_over(
    connection: &mut PgConnection,
    taken_over: &BTreeMap<CardId, CardId>,
) -> sqlx::Result<()> {
    if taken_over.is_empty() {
        return Ok(());
    }
    let (old, new): (Vec<CardId>, Vec<CardId>) = taken_over.iter().map(|(old, new)| (*old, *new)).unzip();
    sqlx::query(include_str!("../../../sql/gateway/cards_take_over.sql"))
        .bind(&old)
        .bind(&new)
        .execute(&mut *connection)
        .await?;
    sqlx::query(include_str!("../../../sql/gateway/cards_delete.sql")).bind(&old).execute(connection).await?;
    Ok(())
}

/// The ids of brands, chips and technologies, by slug or code.
struct Names {
    brands: BTreeMap<String, i32>,
    gpus: BTreeMap<String, i32>,
    technologies: BTreeMap<String, i32>,
}

impl Names {
    async fn ensure(connection: &mut PgConnection, made: &[Made]) -> sqlx::Result<Self> {
        let cards = || made.iter().map(|made| &made.card);
        let brands: BTreeMap<_, _> = cards()
            .filter_map(|card| card.brand.as_ref())
            .map(|brand| (brand.slug.clone(), brand.name.clone()))
            .collect();
        let mut gpus: BTreeMap<String, (String, &str, Option<String>)> = BTreeMap::new();
        for card in cards() {
            let Some(gpu) = &card.gpu else { continue };
            let known = gpus
                .entry(gpu.slug.clone())
                .or_insert_with(|| (gpu.name.clone(), crate::card::maker_word(gpu.maker), None));
            known.2 = known.2.take().or_else(|| card.specs.architecture.clone());
        }
        let technologies: BTreeMap<_, _> = cards()
            .flat_map(|card| &card.technologies)
            .map(|technology| (technology.code.clone(), technology.name.clone()))
            .collect();
        let (slugs, names): (Vec<_>, Vec<_>) = brands.into_iter().unzip();
        let brands = sqlx::query_as(include_str!("../../../sql/gateway/brands_ensure.sql"))
            .bind(slugs)
            .bind(names)
            .fetch_all(&mut *connection)
            .await?;
        let (slugs, details): (Vec<_>, Vec<_>) = gpus.into_iter().unzip();
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        for (name, maker, architecture) in details {
            columns.0.push(name);
            columns.1.push(maker);
            columns.2.push(architecture);
        }
        let gpus = sqlx::query_as(include_str!("../../../sql/gateway/gpus_ensure.sql"))
            .bind(slugs)
            .bind(columns.0)
            .bind(columns.1)
            .bind(columns.2)
            .fetch_all(&mut *connection)
            .await?;
        let (codes, names): (Vec<_>, Vec<_>) = technologies.into_iter().unzip();
        let technologies = sqlx::query_as(include_str!("../../../sql/gateway/technologies_ensure.sql"))
            .bind(codes)
            .bind(names)
            .fetch_all(connection)
            .await?;
        Ok(Self { brands: by_name(brands), gpus: by_name(gpus), technologies: by_name(technologies) })
    }
}

fn by_name(rows: Vec<(i32, String)>) -> BTreeMap<String, i32> {
    rows.into_iter().map(|(id, name)| (name, id)).collect()
}

/// A free slug for each card; two hyphens stand in no other slug. A card that was there keeps its own: whether the one
/// given here is as short as can be makes no difference.
async fn slugs(
    connection: &mut PgConnection,
    made: &[Made],
    new: &BTreeSet<CardId>,
) -> sqlx::Result<Vec<String>> {
    let wanted: Vec<String> = made.iter().map(|made| slug(&made.card.name)).collect();
    let of_new = wanted.iter().zip(made).filter(|(_, made)| new.contains(&made.id));
    let asked: Vec<&str> = of_new.map(|(slug, _)| slug.as_str()).collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    if !asked.is_empty() {
        let known: Vec<String> = sqlx::query_scalar(include_str!("../../../sql/gateway/slugs_taken.sql"))
            .bind(asked)
            .fetch_all(connection)
            .await?;
        taken.extend(known);
    }
    Ok(wanted
        .into_iter()
        .zip(made)
        .map(|(slug, made)| {
            let is_free = new.contains(&made.id) && taken.insert(slug.clone());
            if is_free { slug } else { format!("{slug}--{}", made.id) }
        })
        .collect())
}

/// What cards support: technologies with their versions.
type Supported<'c> = BTreeMap<(CardId, i32), Option<Cow<'c, str>>>;

/// Stores what cards support; which of those that were there support something else than before.
async fn write_technologies(
    connection: &mut PgConnection,
    made: &[Made],
    names: &Names,
    new: &BTreeSet<CardId>,
) -> sqlx::Result<BTreeSet<CardId>> {
    let mut now = Supported::new();
    for Made { id, card, .. } in made {
        for technology in &card.technologies {
            if let Some(&technology_id) = names.technologies.get(&technology.code) {
                now.entry((*id, technology_id)).or_insert(technology.version.as_deref().map(Cow::Borrowed));
            }
        }
    }
    let known: Vec<CardId> = made.iter().map(|made| made.id).filter(|id| !new.contains(id)).collect();
    let before = technologies(connection, known).await?;
    let only = |one: &Supported<'_>, other: &Supported<'_>| -> (Vec<CardId>, Vec<i32>) {
        let only = one.iter().filter(|(key, version)| other.get(key) != Some(version));
        only.map(|(key, _)| *key).unzip()
    };
    let (ended, begun) = (only(&before, &now), only(&now, &before));
    let different = ended.0.iter().chain(&begun.0).filter(|card| !new.contains(card)).copied().collect();
    if !ended.0.is_empty() {
        sqlx::query(include_str!("../../../sql/gateway/card_technologies_clear.sql"))
            .bind(ended.0)
            .bind(ended.1)
            .execute(&mut *connection)
            .await?;
    }
    let mut rows = Rows::default();
    for (card, technology) in begun.0.iter().zip(&begun.1) {
        let version = now.get(&(*card, *technology)).and_then(Option::as_deref);
        rows.row().column(card).column(technology).column(version);
    }
    rows.copy(connection, include_str!("../../../sql/gateway/card_technologies_copy.sql")).await?;
    Ok(different)
}

/// What is known of what cards support.
async fn technologies(connection: &mut PgConnection, cards: Vec<CardId>) -> sqlx::Result<Supported<'static>> {
    if cards.is_empty() {
        return Ok(Supported::new());
    }
    let known: Vec<(CardId, i32, Option<String>)> =
        sqlx::query_as(include_str!("../../../sql/gateway/card_technologies_known.sql"))
            .bind(cards)
            .fetch_all(connection)
            .await?;
    Ok(known
        .into_iter()
        .map(|(card, technology, version)| ((card, technology), version.map(Cow::Owned)))
        .collect())
}
