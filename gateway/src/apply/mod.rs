//! Applying events: one batch, one transaction.
//!
//! Events can come twice, out of order, or to another gateway at the same time. So the version guard, the
//! effect and the catalogue's new version are committed together or not at all, and one gateway applies at a
//! time. Trying a batch again is always harmless.

mod card_ids;
mod cards;
mod changes;
mod decide;
mod foresight;
mod heard;
mod latest;
mod listings;
mod made;
mod neighbourhood;
mod prices;
mod rebuild;
mod regroup;
mod step;
mod summary;

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use events::ProductEvent;
use service::traces::SPANS;
use sqlx::{PgConnection, PgPool};
use tokio::sync::Semaphore;
use tracing::Instrument;

pub use self::foresight::Foresight;
use self::{
    card_ids::CardId,
    changes::Looked,
    latest::CrawlState,
    listings::{Effect, News},
    step::Touched,
    summary::{Columns, Offers, Summary},
};
pub(crate) use self::{foresight::Ready, heard::Heard};
use crate::rates::ExchangeRates;

/// Applies events to the schema `gateway`.
#[derive(Clone, Debug)]
pub struct Applier {
    pool: PgPool,
    rates: ExchangeRates,
    /// Whoever looks at what is known beside it: one at a time.
    foreseeing: Arc<Semaphore>,
}

/// What a batch came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Listings about which there was news.
    pub listings: usize,
    /// Of how many of them more than another offer had to be looked for.
    pub read: usize,
    /// When the shops said each of these.
    pub observed_at: Vec<DateTime<Utc>>,
    /// Cards that changed.
    pub cards: usize,
    /// The catalogue's version after it; `None`: nothing was news.
    pub version: Option<i64>,
}

/// Why a batch was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// It may go through later, just as it is.
    #[error("the database can't take it now: {0}")]
    Transient(#[source] sqlx::Error),
    /// The database won't ever take it as it is.
    #[error("the database refuses it: {0}")]
    Refused(#[source] sqlx::Error),
    /// Another gateway works out base prices with other rates, and was started later.
    #[error(
        "base prices are worked out with other rates by a gateway that was started later ({0}): start this one again \
         with the same BASE_CURRENCY and EXCHANGE_RATES"
    )]
    OtherRates(String),
    /// A mistake of ours: it can't be applied.
    #[error("applying it panicked")]
    Panicked,
    /// The process is being stopped.
    #[error("stopped in the middle of it")]
    Stopped,
}

impl From<sqlx::Error> for ApplyError {
    fn from(error: sqlx::Error) -> Self {
        // 21 cardinality, 22 data, 23 constraint, 54 a limit of Postgres: it is the data. Everything else passes or
        // needs a person, a sequence that has run out (2200H) among it, and the events must still be there then.
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let refused = matches!(&error, sqlx::Error::Encode(_))
            || code.is_some_and(|code| {
                code != "2200H" && ["21", "22", "23", "54"].iter().any(|class| code.starts_with(class))
            });
        if refused { Self::Refused(error) } else { Self::Transient(error) }
    }
}

impl ApplyError {
    /// Whether it will be the same with every further try, whatever happens meanwhile.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Panicked)
    }
}

impl Applier {
    /// Applies to the schema behind `pool`, with prices brought to one currency by `rates`.
    pub fn new(pool: PgPool, rates: ExchangeRates) -> Self {
        Self { pool, rates, foreseeing: Arc::new(Semaphore::new(1)) }
    }

    /// The database that is written to.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Applies a batch of events. When it returns `Ok`, the batch is committed.
    pub async fn apply(&self, events: &[ProductEvent]) -> Result<Applied, ApplyError> {
        self.apply_foreseen(events, Foresight::default()).await
    }

    /// The same, with what was known a moment ago of some of the listings.
    pub async fn apply_foreseen(
        &self,
        events: &[ProductEvent],
        foresight: Foresight,
    ) -> Result<Applied, ApplyError> {
        let events: Vec<Heard> = events.iter().cloned().map(Heard::of).collect();
        self.apply_ready(Ready { foresight, ..Ready::of(&events) }).await
    }

    /// Applies what was made ready. When it returns `Ok`, that is committed.
    pub(crate) async fn apply_ready(&self, ready: Ready) -> Result<Applied, ApplyError> {
        let this = self.clone();
        let span = tracing::info_span!(target: SPANS, "apply", listings = ready.latest.listings.len());
        // A task of its own: whoever waits may be cancelled, the transaction must not be.
        tokio::spawn(async move { this.in_transaction(ready).await }.instrument(span))
            .await
            .map_err(|error| if error.is_panic() { ApplyError::Panicked } else { ApplyError::Stopped })?
    }

    async fn in_transaction(&self, ready: Ready) -> Result<Applied, ApplyError> {
        let mut transaction = self.pool.begin().await?;
        let Locked { rates, version } = lock(&mut transaction).await?;
        if rates != self.rates.fingerprint() {
            return Err(ApplyError::OtherRates(rates));
        }
        let applied = self.news(&mut transaction, ready, version).await?;
        transaction.commit().await?;
        Ok(applied)
    }

    async fn news(
        &self,
        connection: &mut PgConnection,
        Ready { latest, mut foresight }: Ready,
        version: i64,
    ) -> sqlx::Result<Applied> {
        let shop_ids = listings::ensure_shops(connection, &latest.shops()).await?;
        let news =
            listings::take_over(connection, &self.rates, &shop_ids, latest.listings, &mut foresight).await?;
        let is_any_repriced = news.iter().any(|news| news.offer.is_some());
        let foreseen = if is_any_repriced {
            foresight.offers_that_stand(connection, version).await?
        } else {
            Offers::new()
        };
        let touched = write_cards(connection, &self.rates, &news, foreseen).await?;
        prices::note(connection, &self.rates, &news).await?;
        let mut crawls = 0;
        for crawl in latest.crawls.values() {
            crawls += crawl_ended(connection, crawl).await?;
        }
        let observed_at = news.iter().filter_map(|news| news.observed_at).collect();
        let read = news.iter().filter(|news| news.told.is_some()).count();
        let (listings, cards) = (news.len(), touched.cards.len());
        let mut applied = Applied { listings, read, observed_at, cards, version: None };
        if !news.is_empty() || crawls > 0 {
            applied.version = Some(step::bump(connection, Some(&touched)).await?);
        }
        Ok(applied)
    }
}

/// Stores the listings that are not stored yet, and brings the cards that the news reaches up to date; which ones these
/// are. What offers of some cards were before the news needn't be looked for if it is `foreseen`.
async fn write_cards(
    connection: &mut PgConnection,
    rates: &ExchangeRates,
    news: &[News],
    mut foreseen: Offers,
) -> sqlx::Result<Touched> {
    let regrouped = regroup::regroup(connection, news).await?;
    let with_new_facts =
        news.iter().filter(|news| news.effect == Effect::Facts).filter_map(|news| news.card_id);
    let rewritten: BTreeSet<_> = regrouped.cards.keys().copied().chain(with_new_facts).collect();
    let mut touched: BTreeSet<_> =
        news.iter().filter_map(|news| news.card_id).chain(rewritten.iter().copied()).collect();
    // Of the others only offers have changed: how they look is known without looking.
    let of_more = news.iter().filter(|news| news.effect != Effect::Offer).filter_map(|news| news.card_id);
    let seen: BTreeSet<_> =
        of_more.chain(rewritten.iter().copied()).chain(regrouped.taken_over.keys().copied()).collect();
    touched.retain(|card| !regrouped.taken_over.contains_key(card));
    regroup::assign(connection, &regrouped, news).await?;
    let known = made::stored(connection, &rewritten, &regrouped, news).await?;
    let with_listings = made::with_listings(&regrouped, news, &known);
    let is_written_whole = |card: &CardId| rewritten.contains(card) && with_listings.contains(card);
    let were_there = seen.iter().filter(|card| !regrouped.new.contains(card));
    let looked_at: BTreeSet<CardId> = were_there.filter(|card| !is_written_whole(card)).copied().collect();
    foreseen.retain(|card, _| touched.contains(card) && !seen.contains(card));
    let at_hand = summary::at_hand(rates, news, &regrouped, foreseen);
    // Cards are made while Postgres stores what they are made of.
    let storing = async {
        listings::store(connection, rates, news, &regrouped.card_of).await?;
        regroup::note_doubts(connection, &regrouped).await?;
        let before = changes::look(connection, &looked_at).await?;
        Ok((before, summary::of_cards(connection, &touched, at_hand).await?))
    };
    let making = made::make(&rewritten, &regrouped, news, &known);
    let ((before, summaries), made) = tokio::try_join!(storing, making)?;
    let written = cards::store(connection, &made, &regrouped, &summaries).await?;
    cards::take_over(connection, &regrouped.taken_over).await?;
    let whole: BTreeSet<CardId> = made.iter().map(|made| made.id).collect();
    let others = summaries.iter().filter(|(card, _)| !whole.contains(card));
    let (others, repriced): (Vec<_>, Vec<_>) = others.partition(|(card, _)| seen.contains(card));
    let elsewhere = sold_elsewhere(connection, news, &repriced).await?;
    cards::summarise(connection, &Columns::of(others)).await?;
    let repriced = Columns::of(repriced);
    let repriced_at = cards::summarise(connection, &repriced).await?;
    let looked = Looked { seen, written, before, now: &summaries, elsewhere, regrouped: &regrouped };
    changes::note(connection, &looked, news).await?;
    Ok(Touched { cards: touched, repriced, repriced_at })
}

/// Those of the cards, of which nothing but offers is news, that are sold by other shops than is stored.
async fn sold_elsewhere(
    connection: &mut PgConnection,
    news: &[News],
    cards: &[(&CardId, &Summary)],
) -> sqlx::Result<BTreeSet<CardId>> {
    let moved: BTreeSet<CardId> =
        news.iter().filter(|news| news.comes_or_goes).filter_map(|news| news.card_id).collect();
    if moved.is_empty() {
        return Ok(BTreeSet::new());
    }
    let before = cards::sold_by(connection, &moved).await?;
    let cards = cards
        .iter()
        .filter(|(card, now)| before.get(card).is_some_and(|before| !before.iter().eq(&now.shop_slugs)));
    Ok(cards.map(|(card, _)| **card).collect())
}

/// The catalogue as whoever holds its lock finds it.
#[derive(sqlx::FromRow)]
struct Locked {
    /// Which rates base prices are worked out with.
    rates: String,
    version: i64,
}

/// Lets nobody else apply until the transaction ends.
async fn lock(connection: &mut PgConnection) -> sqlx::Result<Locked> {
    sqlx::query_as(include_str!("../../../sql/gateway/catalogue_lock.sql")).fetch_one(connection).await
}

/// How many shops' rows it changed: none where a newer crawl is known.
async fn crawl_ended(connection: &mut PgConnection, crawl: &CrawlState) -> sqlx::Result<u64> {
    let CrawlState { newest, sound_at, complete_at } = crawl;
    let done = sqlx::query(include_str!("../../../sql/gateway/shop_crawled.sql"))
        .bind(&newest.shop)
        .bind(&newest.shop_name)
        .bind(newest.crawl)
        .bind(sound_at)
        .bind(complete_at)
        .bind(newest.collect_every_ms)
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}
