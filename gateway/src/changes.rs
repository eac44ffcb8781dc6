//! What happened to cards, as it is told to those who follow them.
//!
//! Any gateway may have made the change, so each one reads what was noted in Postgres whenever the catalogue's version
//! has moved, and tells its own subscribers. What filters need to know of the changed cards is read once for all of
//! them. A subscriber that doesn't keep up is told so: nothing waits for it, and
//! nothing is kept for it alone. It can go on from the table, where changes are kept for a while.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use catalogue_index::{CardFacts, Filter, Index, List};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};
use tokio::{
    sync::{Semaphore, broadcast, oneshot},
    time::{error::Elapsed, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{catalogue::Catalogue, indexing::Changed};

/// The most changes that are read at once.
const LARGEST_BATCH: i64 = 250;
/// How many batches a subscriber may lag behind. They are shared by all subscribers.
const MOST_WAITING: usize = 32;
/// The longest wait for Postgres.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait where it says nothing, before it is asked again.
const PAUSE: Duration = Duration::from_millis(200);
/// How many subscribers ask Postgres at the same time for what they tell, each over two connections at the most: readers
/// need them too.
const MOST_ASKING: usize = 2;

/// What happened to a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardChange {
    /// It is new.
    Added,
    /// Something of it is different, its shops or fields.
    Changed,
    /// A price or an availability is different, and nothing else.
    PriceChanged,
    /// It isn't served any more.
    Removed,
}

const WORDS: [(CardChange, &str); 4] = [
    (CardChange::Added, "added"),
    (CardChange::Changed, "changed"),
    (CardChange::PriceChanged, "price_changed"),
    (CardChange::Removed, "removed"),
];

/// The word by which the database knows that a price fell.
pub(crate) const PRICE_DROPPED: &str = "price_dropped";

impl CardChange {
    /// The word by which the database knows it.
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(change, _)| *change == self).map_or("", |(_, word)| word)
    }
}

/// A price that fell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceFall {
    /// The offer.
    pub listing_id: i64,
    /// The price before, in minor units of `currency`.
    pub from_minor: i64,
    /// The price now, in minor units of `currency`.
    pub to_minor: i64,
    /// The price now, in minor units of the base currency.
    pub to_base_minor: i64,
    /// The shop's currency, by ISO 4217.
    pub currency: String,
}

/// What a change is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Something happened to the card.
    Card(CardChange),
    /// The price of an offer of the card fell.
    Fall(PriceFall),
}

/// Something that happened to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Grows in the order of commits.
    pub id: i64,
    /// The card.
    pub card_id: i64,
    /// When it was applied.
    pub at: DateTime<Utc>,
    /// What it is.
    pub happening: Happening,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    kind: String,
    card_id: i64,
    at: DateTime<Utc>,
    listing_id: Option<i64>,
    from_minor: Option<i64>,
    to_minor: Option<i64>,
    to_base_minor: Option<i64>,
    currency: Option<String>,
}

impl Row {
    /// `None`: a newer gateway noted what this one doesn't know of.
    fn read(self) -> Option<Change> {
        let of_card = WORDS.iter().find(|(_, word)| *word == self.kind);
        let happening = match of_card {
            Some((change, _)) => Happening::Card(*change),
            None => Happening::Fall(PriceFall {
                listing_id: self.listing_id?,
                from_minor: self.from_minor?,
                to_minor: self.to_minor?,
                to_base_minor: self.to_base_minor?,
                currency: self.currency?,
            }),
        };
        Some(Change { id: self.id, card_id: self.card_id, at: self.at, happening })
    }
}

/// A stretch of changes.
#[derive(Clone, Debug)]
pub struct Batch {
    /// In the order of commits.
    pub changes: Vec<Change>,
    /// The id of the last change of the stretch, known or not.
    pub through: i64,
    /// The changed cards that are served, as they are.
    served: Arc<Index>,
    /// Those that were removed, as they were.
    removed: Arc<Index>,
}

impl Batch {
    /// The changes whose cards fit a filter.
    pub fn fitting(&self, filter: &Filter) -> impl Iterator<Item = &Change> {
        // Filters are checked before they come here; one that is too deep lets nothing through.
        let list = |index: &Arc<Index>| List::new(Arc::clone(index), filter.clone()).ok();
        let (served, removed) = (list(&self.served), list(&self.removed));
        self.changes.iter().filter(move |change| {
            let list = if change.is_removal() { &removed } else { &served };
            list.as_ref().is_some_and(|list| list.contains(change.card_id))
        })
    }
}

impl Change {
    /// Whether its card isn't served any more.
    pub fn is_removal(&self) -> bool {
        self.happening == Happening::Card(CardChange::Removed)
    }
}

/// What one subscription hears: everything from the moment on in which it was asked for, however long it takes to begin.
#[derive(Debug)]
pub struct Hearing {
    pub(crate) changes: Changes,
    live: Mutex<Option<broadcast::Receiver<Arc<Batch>>>>,
}

impl Hearing {
    /// The changes. Asked a second time, those from now on.
    pub(crate) fn live(&self) -> broadcast::Receiver<Arc<Batch>> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner).take();
        live.unwrap_or_else(|| self.changes.listen())
    }
}

/// The changes from now on, and those that are kept.
#[derive(Clone, Debug)]
pub struct Changes {
    pool: PgPool,
    sender: broadcast::Sender<Arc<Batch>>,
    /// Held while asking Postgres on behalf of a subscriber.
    pub(crate) turns: Arc<Semaphore>,
}

impl Changes {
    /// Reads changes by way of `pool`.
    pub fn new(pool: PgPool) -> Self {
        let turns = Arc::new(Semaphore::new(MOST_ASKING));
        Self { pool, sender: broadcast::Sender::new(MOST_WAITING), turns }
    }

    /// For a subscription that was just asked for.
    pub fn hear(&self) -> Hearing {
        Hearing { changes: self.clone(), live: Mutex::new(Some(self.listen())) }
    }

    /// Changes that this gateway learns of from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.sender.subscribe()
    }

    /// The next kept changes after one; `None`: there are none.
    pub async fn after(&self, id: i64) -> sqlx::Result<Option<Batch>> {
        let query = sqlx::query_as(include_str!("../../sql/gateway/changes_after.sql"));
        let rows: Vec<Row> = query.bind(id).bind(LARGEST_BATCH).fetch_all(&self.pool).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        let through = last.id;
        let changes: Vec<Change> = rows.into_iter().filter_map(Row::read).collect();
        let (served, removed) = self.facts(&changes).await?;
        Ok(Some(Batch { changes, through, served: Arc::new(served), removed: Arc::new(removed) }))
    }

    /// What filters need to know of the changed cards: those that are served, and those that were removed.
    async fn facts(&self, changes: &[Change]) -> sqlx::Result<(Index, Index)> {
        let (removals, others): (Vec<&Change>, Vec<&Change>) =
            changes.iter().partition(|change| change.is_removal());
        let query = sqlx::query_as(include_str!("../../sql/gateway/card_facts_of_changes.sql"))
            .bind(others.iter().map(|change| change.card_id).collect::<Vec<_>>())
            .bind(removals.iter().map(|change| change.id).collect::<Vec<_>>());
        let rows: Vec<Changed> = query.fetch_all(&self.pool).await?;
        let (served, removed): (Vec<Changed>, Vec<Changed>) = rows.into_iter().partition(|row| row.served);
        let index = |rows: Vec<Changed>| Index::build(rows.into_iter().map(CardFacts::from));
        Ok((index(served), index(removed)))
    }

    /// The last change that is not kept any more.
    pub async fn forgotten_through(&self) -> sqlx::Result<i64> {
        sqlx::query_scalar("select changes_forgotten_through from gateway.catalogue")
            .fetch_one(&self.pool)
            .await
    }

    /// The newest change that is known to Postgres.
    pub async fn newest(&self) -> sqlx::Result<i64> {
        sqlx::query_scalar(include_str!("../../sql/gateway/changes_newest.sql")).fetch_one(&self.pool).await
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Tells subscribers of changes as the catalogue moves, until it is told to stop: of all that come after the moment in
    /// which `begun` is told.
    pub async fn tell(self, catalogue: Catalogue, begun: oneshot::Sender<()>, stop: CancellationToken) {
        let mut moves = catalogue.moves();
        let Some(mut through) = stop.run_until_cancelled(self.begin()).await else { return };
        // Nobody may be waiting for it any more.
        let _ = begun.send(());
        let mut told = None;
        let mut failing = false;
        loop {
            let version = moves.borrow_and_update().as_ref().map(|state| state.version);
            if version != told {
                match timeout(PATIENCE, self.catch_up(&mut through)).await {
                    Ok(Ok(())) => {
                        told = version;
                        failing = false;
                    }
                    // The version is asked for again in a moment, and then this is.
                    failed => tell_of(failed, &mut failing),
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                asked = moves.changed() => if asked.is_err() { return },
            }
        }
    }

    /// The newest change, as soon as Postgres tells it.
    async fn begin(&self) -> i64 {
        let mut failing = false;
        loop {
            match timeout(PATIENCE, self.newest()).await {
                Ok(Ok(newest)) => return newest,
                failed => {
                    tell_of(failed, &mut failing);
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Tells what came after `through`, and moves that along. While nobody listens none are read.
    async fn catch_up(&self, through: &mut i64) -> sqlx::Result<()> {
        if self.sender.receiver_count() == 0 {
            let newest = self.newest().await?;
            // Who began to listen meanwhile is told of all; who begins now, of what comes after the newest.
            if self.sender.receiver_count() == 0 {
                *through = newest;
                return Ok(());
            }
        }
        while let Some(batch) = self.after(*through).await? {
            *through = batch.through;
            metrics::counter!("gateway_changes_total").increment(batch.changes.len() as u64);
            // The last listener may have gone.
            let _ = self.sender.send(Arc::new(batch));
        }
        Ok(())
    }
}

/// Says once in a row of failures that changes can't be read.
fn tell_of<T>(failed: Result<sqlx::Result<T>, Elapsed>, failing: &mut bool) {
    if !std::mem::replace(failing, true) {
        let error = failed.map_or_else(|late| late.to_string(), |read| format!("{:?}", read.err()));
        tracing::warn!(error, "changes can't be read: subscribers wait");
    }
}
