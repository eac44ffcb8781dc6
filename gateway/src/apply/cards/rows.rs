//! Rows of `gateway.card`, for cards that were not there before and for those that were.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;
use service::copy::Rows;
use sqlx::{PgConnection, types::Json};

use super::{CardId, Made, Names, Summary, Written};
use crate::{
    apply::{regroup::Why, summary},
    card::{match_word, mpn_key, name_key},
};

/// A row of `gateway.card`, but for when it is written.
pub(super) struct Row<'m> {
    id: CardId,
    slug: String,
    name: &'m str,
    name_key: String,
    brand_id: Option<i32>,
    gpu_id: Option<i32>,
    document: Json<&'m RawValue>,
    sources: Json<&'m RawValue>,
    mpn_keys: Vec<String>,
    gtins: Vec<String>,
    technology_codes: Vec<String>,
    output_kinds: Vec<String>,
    memory_mb: Option<i32>,
    board_power_watts: Option<i32>,
    length_mm: Option<i32>,
    released_on: Option<NaiveDate>,
    /// `None`: that was not decided anew.
    why: Option<&'m Why>,
    summary: &'m Summary,
}

impl<'m> Row<'m> {
    pub(super) fn of(
        Made { id, card, document, sources }: &'m Made,
        slug: String,
        names: &Names,
        why: Option<&'m Why>,
        summary: &'m Summary,
    ) -> Self {
        let words =
            |words: &mut dyn Iterator<Item = String>| words.collect::<BTreeSet<_>>().into_iter().collect();
        let integer = |value: Option<u32>| value.and_then(|value| i32::try_from(value).ok());
        let outputs = card.interfaces.outputs.iter().flatten();
        Self {
            id: *id,
            slug,
            name: &card.name,
            name_key: name_key(&card.name),
            brand_id: card.brand.as_ref().and_then(|brand| names.brands.get(&brand.slug).copied()),
            gpu_id: card.gpu.as_ref().and_then(|gpu| names.gpus.get(&gpu.slug).copied()),
            document: Json(document),
            sources: Json(sources),
            mpn_keys: words(&mut card.mpns.iter().map(|mpn| mpn_key(mpn))),
            gtins: words(&mut card.gtins.iter().cloned()),
            technology_codes: words(&mut card.technologies.iter().map(|technology| technology.code.clone())),
            output_kinds: words(&mut outputs.map(|output| output.kind.clone())),
            memory_mb: integer(card.specs.memory_mb),
            board_power_watts: integer(card.specs.board_power_watts),
            length_mm: integer(card.specs.length_mm),
            released_on: card.specs.released_on,
            why,
            summary,
        }
    }
}

/// Writes cards that were not there before.
pub(super) async fn copy(connection: &mut PgConnection, cards: &[Row<'_>]) -> sqlx::Result<()> {
    if cards.is_empty() {
        return Ok(());
    }
    let (now, version): (DateTime<Utc>, i64) =
        sqlx::query_as("select clock_timestamp(), version + 1 from gateway.catalogue")
            .fetch_one(&mut *connection)
            .await?;
    let mut rows = Rows::default();
    for row in cards {
        let shops: Vec<&String> = row.summary.shop_slugs.iter().collect();
        let availabilities: Vec<&String> = row.summary.availabilities.iter().collect();
        rows.row()
            .column(row.id)
            .column(&row.slug)
            .column(row.name)
            .column(&row.name_key)
            .column(row.brand_id)
            .column(row.gpu_id)
            .column(row.document)
            .column(row.sources)
            .column(&row.mpn_keys)
            .column(&row.gtins)
            .column(&row.technology_codes)
            .column(&row.output_kinds)
            .column(row.memory_mb)
            .column(row.board_power_watts)
            .column(row.length_mm)
            .column(row.released_on)
            .column(row.why.map_or("", |why| match_word(why.by)))
            .column(row.why.map_or(0.0, |why| why.confidence))
            .column(row.why.map_or("", |why| &why.explanation))
            .column(row.summary.listing_count)
            .column(row.summary.best_price_minor)
            .column(row.summary.discount_bp)
            .column(shops)
            .column(availabilities)
            .column(now)
            .column(version);
    }
    rows.copy(connection, include_str!("../../../../sql/gateway/cards_copy.sql")).await
}

/// Writes cards that were there, anew; how.
pub(super) async fn upsert(connection: &mut PgConnection, rows: &[Row<'_>]) -> sqlx::Result<Vec<Written>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let summaries = summary::Columns::of(rows.iter().map(|row| (&row.id, row.summary)));
    sqlx::query_as(include_str!("../../../../sql/gateway/cards_upsert.sql"))
        .bind(&summaries.card_ids)
        .bind(column(rows, |row| &row.slug))
        .bind(column(rows, |row| row.name))
        .bind(column(rows, |row| &row.name_key))
        .bind(column(rows, |row| row.brand_id))
        .bind(column(rows, |row| row.gpu_id))
        .bind(column(rows, |row| &row.document))
        .bind(column(rows, |row| &row.sources))
        .bind(column(rows, |row| row.mpn_keys.join("\n")))
        .bind(column(rows, |row| row.gtins.join("\n")))
        .bind(column(rows, |row| row.technology_codes.join("\n")))
        .bind(column(rows, |row| row.output_kinds.join("\n")))
        .bind(column(rows, |row| row.memory_mb))
        .bind(column(rows, |row| row.board_power_watts))
        .bind(column(rows, |row| row.length_mm))
        .bind(column(rows, |row| row.released_on))
        .bind(column(rows, |row| row.why.map(|why| match_word(why.by))))
        .bind(column(rows, |row| row.why.map(|why| why.confidence)))
        .bind(column(rows, |row| row.why.map(|why| why.explanation.as_str())))
        .bind(&summaries.listing_counts)
        .bind(&summaries.best_prices_minor)
        .bind(&summaries.discounts_bp)
        .bind(&summaries.shop_slugs)
        .bind(&summaries.availabilities)
        .fetch_all(connection)
        .await
}

/// One column of some rows.
fn column<'r, 'm, T>(rows: &'r [Row<'m>], of: impl Fn(&'r Row<'m>) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}
