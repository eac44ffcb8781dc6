//! Storing the cards anew that the news reached, as they were [`made`](super::made), with what filters and sorts need to
//! know of their offers. Each card is written once, whatever of it is new: a row is large, and stands in several indexes.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};

use super::{
    card_ids::CardId,
    made::Made,
    regroup::{Regrouped, Why},
    summary::{self, Summary},
};
use crate::card::{match_word, mpn_key, name_key, slug};

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
    let (mut new, mut known) = (Rows::default(), Rows::default());
    for (made, slug) in made.iter().zip(slugs) {
        let summary = summaries.get(&made.id).cloned().unwrap_or_default();
        let rows = if regrouped.new.contains(&made.id) { &mut new } else { &mut known };
        rows.push(made, slug, &names, regrouped.cards.get(&made.id), &summary);
    }
    new.write(connection, include_str!("../../../sql/gateway/cards_insert.sql")).await?;
    let written = known.write(connection, include_str!("../../../sql/gateway/cards_upsert.sql")).await?;
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
    if !begun.0.is_empty() {
        let keys = begun.0.iter().zip(&begun.1).map(|(card, technology)| (*card, *technology));
        let versions: Vec<Option<&str>> = keys.map(|key| now.get(&key)?.as_deref()).collect();
        sqlx::query(include_str!("../../../sql/gateway/card_technologies_write.sql"))
            .bind(&begun.0)
            .bind(&begun.1)
            .bind(versions)
            .execute(connection)
            .await?;
    }
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

/// Rows of `gateway.card`, a column each, as `unnest` takes them.
#[derive(Default)]
struct Rows<'m> {
    slugs: Vec<String>,
    names: Vec<String>,
    name_keys: Vec<String>,
    brand_ids: Vec<Option<i32>>,
    gpu_ids: Vec<Option<i32>>,
    documents: Vec<Json<&'m RawValue>>,
    sources: Vec<Json<&'m RawValue>>,
    mpn_keys: Vec<String>,
    gtins: Vec<String>,
    technology_codes: Vec<String>,
    output_kinds: Vec<String>,
    memory_mb: Vec<Option<i32>>,
    board_power_watts: Vec<Option<i32>>,
    length_mm: Vec<Option<i32>>,
    released_on: Vec<Option<NaiveDate>>,
    match_by: Vec<Option<&'static str>>,
    match_confidence: Vec<Option<f64>>,
    match_explanation: Vec<Option<String>>,
    summaries: summary::Columns,
}

impl<'m> Rows<'m> {
    fn push(&mut self, made: &'m Made, slug: String, names: &Names, why: Option<&Why>, summary: &Summary) {
        let Made { id, card, document, sources } = made;
        let lines = |values: &mut dyn Iterator<Item = String>| {
            values.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n")
        };
        let integer = |value: Option<u32>| value.and_then(|value| i32::try_from(value).ok());
        self.slugs.push(slug);
        self.names.push(card.name.clone());
        self.name_keys.push(name_key(&card.name));
        self.brand_ids.push(card.brand.as_ref().and_then(|brand| names.brands.get(&brand.slug).copied()));
        self.gpu_ids.push(card.gpu.as_ref().and_then(|gpu| names.gpus.get(&gpu.slug).copied()));
        self.documents.push(Json(document));
        self.sources.push(Json(sources));
        self.mpn_keys.push(lines(&mut card.mpns.iter().map(|mpn| mpn_key(mpn))));
        self.gtins.push(lines(&mut card.gtins.iter().cloned()));
        self.technology_codes
            .push(lines(&mut card.technologies.iter().map(|technology| technology.code.clone())));
        self.output_kinds
            .push(lines(&mut card.interfaces.outputs.iter().flatten().map(|output| output.kind.clone())));
        self.memory_mb.push(integer(card.specs.memory_mb));
        self.board_power_watts.push(integer(card.specs.board_power_watts));
        self.length_mm.push(integer(card.specs.length_mm));
        self.released_on.push(card.specs.released_on);
        self.match_by.push(why.map(|why| match_word(why.by)));
        self.match_confidence.push(why.map(|why| why.confidence));
        self.match_explanation.push(why.map(|why| why.explanation.clone()));
        self.summaries.push(*id, summary);
    }

    /// Has a statement write them that takes them all; what it says of those that were there.
    async fn write(&self, connection: &mut PgConnection, sql: &'static str) -> sqlx::Result<Vec<Written>> {
        if self.summaries.card_ids.is_empty() {
            return Ok(Vec::new());
        }
        sqlx::query_as(sql)
            .bind(&self.summaries.card_ids)
            .bind(&self.slugs)
            .bind(&self.names)
            .bind(&self.name_keys)
            .bind(&self.brand_ids)
            .bind(&self.gpu_ids)
            .bind(&self.documents)
            .bind(&self.sources)
            .bind(&self.mpn_keys)
            .bind(&self.gtins)
            .bind(&self.technology_codes)
            .bind(&self.output_kinds)
            .bind(&self.memory_mb)
            .bind(&self.board_power_watts)
            .bind(&self.length_mm)
            .bind(&self.released_on)
            .bind(&self.match_by)
            .bind(&self.match_confidence)
            .bind(&self.match_explanation)
            .bind(&self.summaries.listing_counts)
            .bind(&self.summaries.best_prices_minor)
            .bind(&self.summaries.discounts_bp)
            .bind(&self.summaries.shop_slugs)
            .bind(&self.summaries.availabilities)
            .fetch_all(connection)
            .await
    }
}
