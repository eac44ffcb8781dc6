//! Looking at what is known of listings, and at what all offers of their cards are, while events before are applied, so
//! that whoever applies needn't wait for it.
//!
//! It may be overtaken until it is used. Versions only grow, so what was no news then is none; anything else is stored only
//! if the version that was seen still stands, and looked at again where it doesn't. What a card's offers were stands unless
//! the card has come with a later version of the catalogue: whatever moves an offer from or to a card names the card, but
//! for one that is taken over, which never comes again.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use events::ProductEvent;
use sqlx::{PgConnection, PgPool};
use tokio::time::timeout;

use super::{
    Applier,
    card_ids::CardId,
    heard::Heard,
    latest::Latest,
    listings::{self, Known},
    summary::{self, Offers},
};

/// The longest wait for Postgres: what it doesn't say now is asked when it is needed.
const PATIENCE: Duration = Duration::from_secs(1);

/// Of how many versions it is looked up which cards came with them. More than these overtake everything. One gateway that
/// has a backlog looks two batches ahead, and each that takes turns with it adds three.
const MOST_STEPS: i64 = 32;

/// Events that can be applied as they are: the newest that they say, and what was known of their listings a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    pub(super) latest: Latest,
    pub(super) foresight: Foresight,
}

impl Ready {
    /// Without a look at what is known.
    pub(crate) fn of(events: &[Heard]) -> Self {
        Self { latest: Latest::of(events), foresight: Foresight::default() }
    }
}

/// What was known of some listings a moment ago.
#[derive(Debug, Default)]
pub struct Foresight {
    /// Shops by slug.
    pub(super) shop_ids: BTreeMap<String, i16>,
    /// By the shop and its own id of the listing.
    pub(super) known: HashMap<(i16, String), Known>,
    /// What all listings of their cards cost.
    offers: Offers,
    /// Which version the catalogue had at least when that was looked at.
    version: i64,
}

impl Foresight {
    /// What was known of a listing.
    pub(super) fn take(&mut self, shop: &str, listing_id: &str) -> Option<Known> {
        self.known.remove(&(*self.shop_ids.get(shop)?, listing_id.to_owned()))
    }

    /// The cards of which nothing but offers is news, as far as that is known.
    fn cards_to_reprice(&self, latest: &Latest) -> Vec<CardId> {
        let repriced = latest.listings.iter().filter_map(|((shop, listing_id), state)| {
            let known = self.known.get(&(*self.shop_ids.get(shop)?, listing_id.clone()))?;
            known.card().filter(|_| known.is_another_offer(state))
        });
        repriced.collect::<BTreeSet<CardId>>().into_iter().collect()
    }

    /// What the listings of those of the cards cost that have come with no version since, up to the present one.
    pub(super) async fn offers_that_stand(
        self,
        connection: &mut PgConnection,
        present: i64,
    ) -> sqlx::Result<Offers> {
        let Self { mut offers, version, .. } = self;
        if offers.is_empty() || version == present {
            return Ok(offers);
        }
        if present - version > MOST_STEPS {
            return Ok(Offers::new());
        }
        let steps: Vec<Option<Vec<CardId>>> =
            sqlx::query_scalar(include_str!("../../../sql/gateway/steps_since.sql"))
                .bind(version)
                .bind(present)
                .fetch_all(connection)
                .await?;
        // Of a version that an older gateway has made nothing is told.
        if i64::try_from(steps.len()) != Ok(present - version) {
            return Ok(Offers::new());
        }
        for cards in steps {
            let Some(cards) = cards else { return Ok(Offers::new()) };
            for card in cards {
                offers.remove(&card);
            }
        }
        Ok(offers)
    }
}

impl Applier {
    /// Makes events ready with a look at what is known.
    pub(crate) async fn look_ahead(&self, events: &[Heard]) -> Ready {
        let latest = Arc::new(Latest::of(events));
        let foresight = self.foresee_latest(&latest).await;
        // Where whoever looks has lost patience, somebody may still be looking.
        Ready { latest: Arc::unwrap_or_clone(latest), foresight }
    }

    /// What is known now of the listings that events are about, as far as it helps to apply these. It is nothing where
    /// Postgres doesn't say it within a second.
    pub async fn foresee(&self, events: &[ProductEvent]) -> Foresight {
        let events: Vec<Heard> = events.iter().cloned().map(Heard::of).collect();
        self.foresee_latest(&Arc::new(Latest::of(&events))).await
    }

    async fn foresee_latest(&self, latest: &Arc<Latest>) -> Foresight {
        if latest.listings.is_empty() {
            return Foresight::default();
        }
        // One that has taken too long still has its connection.
        let Ok(turn) = Arc::clone(&self.foreseeing).try_acquire_owned() else {
            tracing::debug!("the look before has not ended yet");
            return Foresight::default();
        };
        let (pool, latest) = (self.pool.clone(), Arc::clone(latest));
        // A task of its own: whoever waits may be cancelled or lose patience, the transaction must not be.
        let looking = tokio::spawn(async move {
            let seen = look(&pool, &latest).await;
            drop((latest, turn));
            seen
        });
        let error = match timeout(PATIENCE, looking).await {
            Ok(Ok(Ok(seen))) => return seen,
            Ok(Ok(Err(error))) => error.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::debug!(error, "what is known of listings is looked for when they are applied");
        Foresight::default()
    }
}

async fn look(pool: &PgPool, latest: &Latest) -> sqlx::Result<Foresight> {
    let mut transaction = pool.begin().await?;
    sqlx::query(include_str!("../../../sql/gateway/plan_for_keys.sql")).execute(&mut *transaction).await?;
    // Before the rest: whatever overtakes it has a later version.
    let version =
        sqlx::query_scalar("select version from gateway.catalogue").fetch_one(&mut *transaction).await?;
    let shop_ids = listings::shop_ids(&mut transaction, &latest.shops()).await?;
    let asked = latest.listings.keys().map(|(shop, listing_id)| (shop.as_str(), listing_id.as_str()));
    let known = listings::known(&mut transaction, &shop_ids, asked).await?;
    let mut foresight = Foresight { shop_ids, known, offers: Offers::new(), version };
    let cards = foresight.cards_to_reprice(latest);
    match summary::offers_of(&mut transaction, &cards).await {
        Ok(offers) => foresight.offers = offers,
        Err(error) => tracing::debug!(%error, "what cards' offers are is looked for when they change"),
    }
    // Whatever became of it, there is nothing in it to keep.
    let _ = transaction.rollback().await;
    Ok(foresight)
}
