//! What was refused is read again and applied beside the shop's leader.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection};

use super::{
    Store, StoreError, in_own_task, in_time,
    pages::{known_listings, write_outcome},
    rejects::Refused,
    versions,
};
use crate::{
    changes::{
        Known, Moment,
        page::{self, Outcome},
        replay::{self, Outdated, Sighting, Source},
    },
    listing::{Item, Items},
};

/// Something that was read again, to be applied in one transaction.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The shop.
    pub shop: &'static str,
    /// Where it comes from.
    pub source: Source,
    /// The listings that were read.
    pub items: Vec<Item>,
    /// What to note once they are applied.
    pub mark: Mark,
}

/// What is noted of refusals that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing: a part of it still can't be read.
    Nothing,
    /// This refusal was read.
    Refusal(i64),
    /// The fields of the listing were read, but for those.
    FieldsBut(Vec<String>),
}

/// What became of a listing that was read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It says something else than was known, which is told.
    News,
    /// It says what was known, or only what waits to be believed.
    NothingNew,
    /// Something newer is known.
    Outdated(Outdated),
}

/// A listing that was last received, of which a field could not be read.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Received {
    /// The listing.
    pub listing_id: String,
    /// What the shop sent.
    pub item: String,
}

#[derive(FromRow)]
struct SightingRow {
    listing_id: String,
    last_seen_at: DateTime<Utc>,
    absent_since: Option<DateTime<Utc>>,
}

impl Store {
    /// Refused pages and items of a shop that are kept whole, behind one of them.
    pub async fn rejects_to_replay(
        &self,
        shop: &str,
        behind: i64,
        most: i64,
    ) -> Result<Vec<Refused>, StoreError> {
        let rejects = sqlx::query_as(include_str!("../../../sql/collector/rejects_to_replay.sql"))
            .bind(shop)
            .bind(behind)
            .bind(most)
            .fetch_all(&self.database.pool);
        in_time(rejects).await
    }

    /// What a shop last sent of listings of which a field could not be read, behind one of them.
    pub async fn received_to_replay(
        &self,
        shop: &str,
        behind: &str,
        most: i64,
    ) -> Result<Vec<Received>, StoreError> {
        let received = sqlx::query_as(include_str!("../../../sql/collector/received_to_replay.sql"))
            .bind(shop)
            .bind(behind)
            .bind(most)
            .fetch_all(&self.database.pool);
        in_time(received).await
    }

    /// Applies what was read again, and tells what is news: what became of each listing. A trial leaves
    /// everything as it was.
    pub async fn replay(&self, replay: Replay, is_trial: bool) -> Result<Vec<(String, Fate)>, StoreError> {
        let store = self.clone();
        in_own_task(async move {
            let Replay { shop, source, items, mark } = replay;
            let (mut transaction, last_crawl) = store.begin_alone(shop, None).await?;
            let mut known = known_with_sightings(&mut transaction, shop, &items).await?;
            let mut fates = Vec::with_capacity(items.len());
            let mut versions = Vec::new();
            for item in items {
                let id = item.id.clone();
                let before = known.get(&id).cloned();
                let fate = match replay::applies(before.as_ref().map(|(known, seen)| (known, *seen)), source)
                {
                    Err(outdated) => Fate::Outdated(outdated),
                    Ok(now) => {
                        // No crawl has seen it now: a known listing stays seen by the crawl that last did.
                        let (before, seen) = before.unzip();
                        let crawl = before.as_ref().map_or(last_crawl, |known| known.last_seen_crawl);
                        let moment = Moment { shop, crawl, now };
                        let items = Items { sound: vec![item], refused: Vec::new() };
                        let outcome = page::decide(before.into_iter().collect(), items, &moment);
                        // What still can't be read of it was refused before.
                        let outcome = Outcome { rejects: Vec::new(), ..outcome };
                        // Who leads the shop reads the next item by its own rules, whatever these are.
                        write_outcome(&mut transaction, &moment, &outcome, None).await?;
                        // A page can hold a listing twice.
                        let seen = seen.unwrap_or(Sighting { last_seen_at: now, absent_since: None });
                        known.extend(outcome.different.into_iter().map(|after| (id.clone(), (after, seen))));
                        versions.extend(outcome.versions);
                        if outcome.events.is_empty() { Fate::NothingNew } else { Fate::News }
                    }
                };
                write_mark(&mut transaction, shop, &id, &mark, Utc::now()).await?;
                fates.push((id, fate));
            }
            versions::keep(&mut transaction, shop, None, &versions).await?;
            if is_trial {
                transaction.rollback().await?;
            } else {
                transaction.commit().await?;
            }
            Ok(fates)
        })
        .await
    }
}

async fn known_with_sightings(
    connection: &mut PgConnection,
    shop: &str,
    items: &[Item],
) -> Result<HashMap<String, (Known, Sighting)>, StoreError> {
    let ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
    let rows: Vec<SightingRow> = sqlx::query_as(include_str!("../../../sql/collector/known_sightings.sql"))
        .bind(shop)
        .bind(&ids)
        .fetch_all(&mut *connection)
        .await?;
    let sightings: HashMap<String, Sighting> = rows
        .into_iter()
        .map(|row| {
            let SightingRow { listing_id, last_seen_at, absent_since } = row;
            (listing_id, Sighting { last_seen_at, absent_since })
        })
        .collect();
    let known = known_listings(connection, shop, ids).await?;
    Ok(known
        .into_iter()
        .filter_map(|known| sightings.get(&known.id).map(|seen| (known.id.clone(), (known, *seen))))
        .collect())
}

async fn write_mark(
    connection: &mut PgConnection,
    shop: &str,
    listing_id: &str,
    mark: &Mark,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    match mark {
        Mark::Nothing => {}
        Mark::Refusal(id) => {
            sqlx::query(include_str!("../../../sql/collector/mark_replayed.sql"))
                .bind(id)
                .bind(now)
                .execute(connection)
                .await?;
        }
        Mark::FieldsBut(fields) => {
            sqlx::query(include_str!("../../../sql/collector/mark_fields_replayed.sql"))
                .bind(shop)
                .bind(listing_id)
                .bind(fields)
                .bind(now)
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}
