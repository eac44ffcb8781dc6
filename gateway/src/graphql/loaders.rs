//! Loading whatever hangs on a page, once for the whole page: a loader for each kind, each with one statement
//! however many keys are asked for.
//!
//! Loaders live as long as one request and remember what they loaded for it, errors too.

use std::{collections::HashMap, future::Future, hash::Hash, marker::PhantomData, sync::Arc, time::Duration};

use ::dataloader::{BatchFn, cached::Loader};
use sqlx::PgPool;
use tokio::time::timeout;

use super::{errors::StoreFailed, rows};

/// The longest that a query may take, the wait for a connection included.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most keys in one statement; the largest page has fewer of any kind.
const LARGEST_BATCH: usize = 10_000;

/// One kind of thing that is loaded by keys.
pub(crate) trait Kind: Send + Sync + 'static {
    type Key: Eq + Hash + Clone + std::fmt::Debug + Send + Sync;
    type Value: Send + Sync;

    /// What there is of `keys`; a key without a value is left out.
    fn load(
        pool: &PgPool,
        keys: &[Self::Key],
    ) -> impl Future<Output = sqlx::Result<HashMap<Self::Key, Self::Value>>> + Send;
}

type Loaded<K> = Result<Option<Arc<<K as Kind>::Value>>, StoreFailed>;

struct Fetch<K> {
    pool: PgPool,
    kind: PhantomData<K>,
}

impl<K: Kind> BatchFn<K::Key, Loaded<K>> for Fetch<K> {
    async fn load(&mut self, keys: &[K::Key]) -> HashMap<K::Key, Loaded<K>> {
        match read(K::load(&self.pool, keys)).await {
            Ok(mut found) => {
                keys.iter().map(|key| (key.clone(), Ok(found.remove(key).map(Arc::new)))).collect()
            }
            Err(failed) => keys.iter().map(|key| (key.clone(), Err(failed))).collect(),
        }
    }
}

/// Runs a query with a time limit; an error is logged here and is no more than "failed" from here on.
pub(crate) async fn read<T>(query: impl Future<Output = sqlx::Result<T>>) -> Result<T, StoreFailed> {
    let error = match timeout(PATIENCE, query).await {
        Ok(Ok(rows)) => return Ok(rows),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(error, "a query to Postgres failed");
    metrics::counter!("gateway_store_errors_total", "store" => "postgres").increment(1);
    Err(StoreFailed)
}

/// Loads things of one kind.
pub(crate) struct Of<K: Kind>(Loader<K::Key, Loaded<K>, Fetch<K>>);

impl<K: Kind> Of<K> {
    fn new(pool: &PgPool) -> Self {
        let fetch = Fetch { pool: pool.clone(), kind: PhantomData };
        Self(Loader::new(fetch).with_max_batch_size(LARGEST_BATCH))
    }

    /// The value of a key, together with whatever else the request asks for at the same time.
    pub(crate) async fn one(&self, key: K::Key) -> Result<Option<Arc<K::Value>>, StoreFailed> {
        // The batch function answers for every key: a missing one would be our own mistake.
        self.0.try_load(key).await.unwrap_or(Err(StoreFailed))
    }

    /// The values of keys in their order.
    pub(crate) async fn many(&self, keys: &[K::Key]) -> Result<Vec<Option<Arc<K::Value>>>, StoreFailed> {
        let found = self.0.try_load_many(keys.to_vec()).await.map_err(|_| StoreFailed)?;
        keys.iter().map(|key| found.get(key).cloned().unwrap_or(Err(StoreFailed))).collect()
    }
}

/// The loaders of one request.
pub(crate) struct Loaders {
    pub(crate) cards: Of<rows::CardRow>,
    pub(crate) card_sources: Of<rows::SourcesRow>,
    pub(crate) card_technologies: Of<rows::CardTechnologyRow>,
    pub(crate) offers_by_card: Of<rows::OffersOfCard>,
    pub(crate) offers: Of<rows::OfferRow>,
    pub(crate) price_points: Of<rows::PricePointRow>,
    pub(crate) brands: Of<rows::BrandRow>,
    pub(crate) gpus: Of<rows::GpuRow>,
    pub(crate) technologies: Of<rows::TechnologyRow>,
}

impl Loaders {
    pub(crate) fn new(pool: &PgPool) -> Self {
        Self {
            cards: Of::new(pool),
            card_sources: Of::new(pool),
            card_technologies: Of::new(pool),
            offers_by_card: Of::new(pool),
            offers: Of::new(pool),
            price_points: Of::new(pool),
            brands: Of::new(pool),
            gpus: Of::new(pool),
            technologies: Of::new(pool),
        }
    }
}
