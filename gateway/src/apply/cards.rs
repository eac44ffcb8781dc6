//! Writing the cards anew that the news reached: their fields from all their listings, and what filters and
//! sorts need to know of their offers. Each card is written once, whatever of it is new: a row is large, and stands in
//! several indexes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use events::Listing;
use merge::{Card, Identity, ListingRef, Member};
use sqlx::{PgConnection, types::Json};

use super::{
    card_ids::{CardId, ListingId},
    listings::News,
    regroup::{Regrouped, Why},
    summary::{self, Summary},
};
use crate::card::{CardDocument, CardSource, match_word, mpn_key, name_key, slug};

#[derive(sqlx::FromRow)]
struct Said {
    id: ListingId,
    card_id: CardId,
    shop: String,
    shop_listing_id: String,
    observed_at: DateTime<Utc>,
    document: Json<Listing>,
    identity: Json<Identity>,
}

/// A listing of a card: the card, and the shop's own id by which the listings of one shop are in order.
struct OfCard<'l> {
    card: CardId,
    shop_listing_id: &'l str,
    member: Member<'l>,
}

impl<'l> OfCard<'l> {
    /// A listing that was stored before.
    fn stored(said: &'l Said) -> Self {
        let member = Member {
            listing_ref: ListingRef(said.id),
            shop: &said.shop,
            observed_at: said.observed_at,
            listing: &said.document,
            identity: &said.identity,
        };
        Self { card: said.card_id, shop_listing_id: &said.shop_listing_id, member }
    }

    /// A listing that is news; `None`: it makes no part of any card, or it is not the shop that says something new.
    fn told(news: &'l News, card_of: &BTreeMap<ListingId, Option<CardId>>) -> Option<Self> {
        let (card, told) = (news.card_once_stored(card_of)?, news.told.as_ref()?);
        let member = Member {
            listing_ref: ListingRef(news.id),
            shop: &told.shop,
            observed_at: told.state.observed_at,
            listing: told.state.listing()?,
            identity: &told.state.product()?.identity,
        };
        Some(Self { card, shop_listing_id: &told.shop_listing_id, member })
    }
}

/// Assembles cards from their listings and stores them; which ones that were: those that have any. Why the listings of
/// those that were grouped anew are one card says `regrouped`, what their offers come to `summaries`.
pub(super) async fn rewrite(
    connection: &mut PgConnection,
    cards: &BTreeSet<CardId>,
    regrouped: &Regrouped,
    news: &[News],
    summaries: &BTreeMap<CardId, Summary>,
) -> sqlx::Result<BTreeSet<CardId>> {
    if cards.is_empty() {
        return Ok(BTreeSet::new());
    }
    let told = news.iter().filter_map(|news| OfCard::told(news, &regrouped.card_of));
    let mut of_cards: Vec<OfCard<'_>> = told.filter(|told| cards.contains(&told.card)).collect();
    let told: Vec<ListingId> = of_cards.iter().map(|of_card| of_card.member.listing_ref.0).collect();
    let said = said(connection, cards.difference(&regrouped.first_told).copied().collect(), told).await?;
    of_cards.extend(said.iter().map(OfCard::stored));
    of_cards.sort_by_key(|of_card| (of_card.card, of_card.member.shop, of_card.shop_listing_id));
    let mut made: Vec<(CardId, Card)> = Vec::new();
    for of_card in of_cards.chunk_by(|one, next| one.card == next.card) {
        let members: Vec<Member<'_>> = of_card.iter().map(|of_card| of_card.member).collect();
        made.push((of_card[0].card, merge::assemble(&members)));
    }
    let names = Names::ensure(connection, &made).await?;
    let slugs = slugs(connection, &made).await?;
    let mut rows = Rows { slugs, ..Rows::default() };
    for (id, card) in &made {
        let summary = summaries.get(id).cloned().unwrap_or_default();
        rows.push(*id, card, &names, regrouped.cards.get(id), &summary);
    }
    rows.upsert(connection).await?;
    write_technologies(connection, &made, &names, &regrouped.new).await?;
    Ok(made.into_iter().map(|(id, _)| id).collect())
}

/// What is stored about cards, but for some listings.
async fn said(
    connection: &mut PgConnection,
    cards: Vec<CardId>,
    but: Vec<ListingId>,
) -> sqlx::Result<Vec<Said>> {
    if cards.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(include_str!("../../../sql/gateway/listings_of_cards.sql"))
        .bind(cards)
        .bind(but)
        .fetch_all(connection)
        .await
}

/// Stores what filters and sorts need to know of cards' offers, of cards that are not written otherwise; which of them
/// are sold by other shops than before.
pub(super) async fn summarise<'s>(
    connection: &mut PgConnection,
    summaries: impl Iterator<Item = (&'s CardId, &'s Summary)>,
) -> sqlx::Result<BTreeSet<CardId>> {
    let (mut ids, mut columns) = (Vec::new(), summary::Columns::default());
    for (id, summary) in summaries {
        ids.push(*id);
        columns.push(summary);
    }
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let elsewhere: Vec<CardId> = sqlx::query_scalar(include_str!("../../../sql/gateway/cards_summarise.sql"))
        .bind(ids)
        .bind(columns.listing_counts)
        .bind(columns.best_prices_minor)
        .bind(columns.discounts_bp)
        .bind(columns.shop_slugs)
        .bind(columns.availabilities)
        .fetch_all(connection)
        .await?;
    Ok(elsewhere.into_iter().collect())
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
    async fn ensure(connection: &mut PgConnection, made: &[(CardId, Card)]) -> sqlx::Result<Self> {
        let cards = || made.iter().map(|(_, card)| card);
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

/// A free slug for each card; two hyphens stand in no other slug. For a card that exists it isn't used: it keeps its own.
async fn slugs(connection: &mut PgConnection, made: &[(CardId, Card)]) -> sqlx::Result<Vec<String>> {
    let wanted: Vec<String> = made.iter().map(|(_, card)| slug(&card.name)).collect();
    let taken: Vec<String> = sqlx::query_scalar(include_str!("../../../sql/gateway/slugs_taken.sql"))
        .bind(&wanted)
        .fetch_all(connection)
        .await?;
    let mut taken: BTreeSet<String> = taken.into_iter().collect();
    Ok(wanted
        .into_iter()
        .zip(made)
        .map(|(slug, (id, _))| if taken.insert(slug.clone()) { slug } else { format!("{slug}--{id}") })
        .collect())
}

async fn write_technologies(
    connection: &mut PgConnection,
    made: &[(CardId, Card)],
    names: &Names,
    new: &BTreeSet<CardId>,
) -> sqlx::Result<()> {
    let mut rows: (Vec<CardId>, Vec<i32>, Vec<Option<&str>>) = Default::default();
    for (id, card) in made {
        let mut told = BTreeSet::new();
        for technology in &card.technologies {
            let Some(&technology_id) = names.technologies.get(&technology.code) else { continue };
            if told.insert(technology_id) {
                rows.0.push(*id);
                rows.1.push(technology_id);
                rows.2.push(technology.version.as_deref());
            }
        }
    }
    let known: Vec<CardId> = made.iter().map(|(id, _)| *id).filter(|id| !new.contains(id)).collect();
    if !known.is_empty() {
        sqlx::query(include_str!("../../../sql/gateway/card_technologies_clear.sql"))
            .bind(known)
            .bind(&rows.0)
            .bind(&rows.1)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(include_str!("../../../sql/gateway/card_technologies_write.sql"))
        .bind(rows.0)
        .bind(rows.1)
        .bind(rows.2)
        .execute(connection)
        .await?;
    Ok(())
}

/// Rows of `gateway.card`, a column each, as `unnest` takes them.
#[derive(Default)]
struct Rows {
    ids: Vec<CardId>,
    slugs: Vec<String>,
    names: Vec<String>,
    name_keys: Vec<String>,
    brand_ids: Vec<Option<i32>>,
    gpu_ids: Vec<Option<i32>>,
    documents: Vec<Json<CardDocument>>,
    sources: Vec<Json<Vec<CardSource>>>,
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

impl Rows {
    fn push(&mut self, id: CardId, card: &Card, names: &Names, why: Option<&Why>, summary: &Summary) {
        let lines = |values: &mut dyn Iterator<Item = String>| {
            values.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n")
        };
        let integer = |value: Option<u32>| value.and_then(|value| i32::try_from(value).ok());
        self.ids.push(id);
        self.names.push(card.name.clone());
        self.name_keys.push(name_key(&card.name));
        self.brand_ids.push(card.brand.as_ref().and_then(|brand| names.brands.get(&brand.slug).copied()));
        self.gpu_ids.push(card.gpu.as_ref().and_then(|gpu| names.gpus.get(&gpu.slug).copied()));
        self.documents.push(Json(CardDocument::of(card)));
        self.sources.push(Json(card.sources.iter().cloned().map(CardSource::from).collect()));
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
        self.summaries.push(summary);
    }

    async fn upsert(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        sqlx::query(include_str!("../../../sql/gateway/cards_upsert.sql"))
            .bind(&self.ids)
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
            .execute(connection)
            .await?;
        Ok(())
    }
}
