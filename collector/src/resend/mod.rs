//! What a consumer lacks is sent again: with the queue's deletion, messages are gone that were confirmed.
//!
//! A consumer compares the digest that each `crawl.ended` carries with what it has, and says by a notification of
//! Postgres which buckets differ. Whoever leads the shop puts the present state of those listings into the outbox,
//! batch by batch. Nothing here has to arrive: what is lost is asked again after the next crawl, and what is sent
//! twice is ignored.
//!
//! It never gets in the way of news: while the outbox is long it waits, and each shop has one resend at a time;
//! what is asked meanwhile is dropped, and what is asked again and again is answered ever more seldom.

mod patience;

use std::{collections::BTreeMap, convert::Infallible, time::Duration};

use events::{Buckets, LACKING_CHANNEL, Lacking};
use service::{database::Database, traces::SPANS};
use sqlx::postgres::{PgListener, PgNotification, PgPoolOptions};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::{Instant, sleep, timeout},
};
use tracing::Instrument;

use patience::Patience;

use crate::{
    measures,
    publish::Wake,
    store::{Led, Resent, Store, StoreError},
};

/// While so many events wait, none is sent again: news come first, and the outbox stays small.
pub const LONGEST_OUTBOX: i64 = 10_000;
/// How often it is looked whether the outbox has become shorter, and how soon a failure is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// So many failures may happen on the way; after that the consumer has to ask again.
const ATTEMPTS: u32 = 3;
/// After so long a silence the connection is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(30);
/// How long Postgres may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a shop's leader hears what is lacking.
#[derive(Debug)]
pub struct Requests(Receiver<Buckets>);

/// Where what is lacking is handed to whoever leads the shop.
#[derive(Debug, Default)]
pub struct Desk(BTreeMap<&'static str, Sender<Buckets>>);

impl Desk {
    /// Opens a shop's line, which holds one request.
    pub fn open(&mut self, shop: &'static str) -> Requests {
        let (sender, receiver) = mpsc::channel(1);
        self.0.insert(shop, sender);
        Requests(receiver)
    }

    /// Hands on what a notification says. One of a shop that somebody else crawls is none of ours.
    fn hand_on(&self, payload: &str) {
        match Lacking::decode(payload) {
            Ok(lacking) => {
                if let Some(line) = self.0.get(lacking.shop.as_str()) {
                    // A full line has one that is not yet begun: the consumer asks again if it was another.
                    let _ = line.try_send(lacking.buckets);
                }
            }
            Err(error) => {
                tracing::warn!(channel = LACKING_CHANNEL, %error, "a notification is ignored");
            }
        }
    }
}

/// Listens to what consumers lack, for ever.
pub async fn listen(database: Database, desk: Desk) -> Infallible {
    let mut is_told = false;
    loop {
        let Err(error) = listen_once(&database, &desk, &mut is_told).await;
        if !is_told {
            tracing::warn!(%error, "what consumers lack can't be heard for now; they ask again");
            is_told = true;
        }
        sleep(PAUSE).await;
    }
}

async fn listen_once(database: &Database, desk: &Desk, is_told: &mut bool) -> Result<Infallible, StoreError> {
    let options = database.options().options([
        ("tcp_keepalives_idle", "10"),
        ("statement_timeout", "2s"),
        ("idle_session_timeout", "0"),
    ]);
    // A listener wants a pool, of which it uses one connection.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(LACKING_CHANNEL).await?;
    *is_told = false;
    loop {
        if let Ok(heard) = timeout(SILENCE, listener.try_recv()).await {
            let notification: PgNotification = heard?.ok_or(StoreError::Silent)?;
            desk.hand_on(notification.payload());
        } else {
            let ping = sqlx::query("select 1").execute(&mut listener);
            timeout(PATIENCE, ping).await.map_err(|_| StoreError::Silent)??;
        }
    }
}

/// Sends again what is asked of a shop, as long as this collector leads it.
pub async fn answer(led: Led, store: &Store, wake: &Wake, requests: &mut Requests) -> Infallible {
    let mut patience = Patience::default();
    // What was asked of an earlier leader is asked again if it is still lacking.
    while requests.0.try_recv().is_ok() {}
    loop {
        let Some(buckets) = requests.0.recv().await else {
            // Nobody listens: reconciliation is switched off.
            return std::future::pending().await;
        };
        let buckets = patience.due(buckets, Instant::now());
        if buckets.is_empty() {
            continue;
        }
        let span = tracing::info_span!(target: SPANS, "resend", shop.id = led.shop);
        match resend(led, store, wake, buckets).instrument(span).await {
            Ok(listings) => tracing::info!(
                shop.id = led.shop,
                buckets = buckets.iter().count(),
                listings,
                "sent again what a consumer lacks"
            ),
            Err(error) => {
                tracing::warn!(shop.id = led.shop, %error, "what a consumer lacks could not be sent again");
            }
        }
        while requests.0.try_recv().is_ok() {}
    }
}

/// Sends the listings of some buckets again: how many.
async fn resend(led: Led, store: &Store, wake: &Wake, buckets: Buckets) -> Result<usize, StoreError> {
    let (mut listings, mut failures) = (0, 0);
    let mut behind = Some(String::new());
    while let Some(last) = behind.clone() {
        match next_batch(led, store, buckets, last).await {
            Ok(Some(resent)) => {
                wake.wake();
                measures::resent(led.shop, resent.count);
                listings += resent.count;
                behind = resent.last;
            }
            Ok(None) => sleep(PAUSE).await,
            Err(StoreError::Postgres(_) | StoreError::Silent) if failures + 1 < ATTEMPTS => {
                failures += 1;
                sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(listings)
}

/// Sends the next batch behind a listing, unless the outbox is long.
async fn next_batch(
    led: Led,
    store: &Store,
    buckets: Buckets,
    behind: String,
) -> Result<Option<Resent>, StoreError> {
    if store.outbox_length(LONGEST_OUTBOX).await? >= LONGEST_OUTBOX {
        return Ok(None);
    }
    store.resend(led.shop, Some(led.term), buckets, behind).await.map(Some)
}
