//! Loading whatever hangs on a page, once for the whole page: a loader for each kind, each with one statement
//! however many keys are asked for.
//!
//! Loaders live as long as one request and remember what they loaded for it, errors too. Before them stand the rows that
//! are kept from one request to the next (see [`super::kept`]).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    future::Future,
    hash::Hash,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, Instant},
};

use ::dataloader::{BatchFn, cached::Loader};
use sqlx::PgPool;
use tokio::time::timeout;

use super::{
    errors::StoreFailed,
    kept::{Kept, KeptRows, RowsAt},
    packed::PackedCard,
    rows,
};

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

    /// Where its values are kept from one request to the next, if they are.
    fn kept(_rows: &KeptRows) -> Option<&Kept<Self>>
    where
        Self: Sized,
    {
        None
    }

    /// The card with which a value changes; `None`: no card owns it.
    fn card(_key: &Self::Key) -> Option<i64> {
        None
    }

    /// The memory that a value takes, about, in bytes.
    fn bytes(_value: &Self::Value) -> usize {
        size_of::<Self::Value>()
    }

    /// A value as it is kept on disk; `None`: it isn't.
    fn encoded(_value: &Self::Value) -> Option<&[u8]> {
        None
    }

    /// A value as it was kept on disk.
    fn decoded(_bytes: &[u8]) -> Option<Self::Value> {
        None
    }
}

type Loaded<K> = Result<Option<Arc<<K as Kind>::Value>>, StoreFailed>;

struct Fetch<K> {
    pool: PgPool,
    kept: Option<RowsAt>,
    kind: PhantomData<K>,
}

impl<K: Kind> BatchFn<K::Key, Loaded<K>> for Fetch<K> {
    async fn load(&mut self, keys: &[K::Key]) -> HashMap<K::Key, Loaded<K>> {
        let read_at = Instant::now();
        match read(K::load(&self.pool, keys)).await {
            Ok(found) => {
                let found: HashMap<K::Key, Arc<K::Value>> =
                    found.into_iter().map(|(key, value)| (key, Arc::new(value))).collect();
                if let Some(kept) = &self.kept {
                    for (key, value) in &found {
                        kept.put::<K>(key, value);
                    }
                    kept.put_on_disk::<K>(&found, read_at);
                }
                keys.iter().map(|key| (key.clone(), Ok(found.get(key).cloned()))).collect()
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
pub(crate) struct Of<K: Kind> {
    kept: Option<RowsAt>,
    loader: Loader<K::Key, Loaded<K>, Fetch<K>>,
}

impl<K: Kind> Of<K> {
    fn new(pool: &PgPool, kept: Option<&RowsAt>) -> Self {
        let fetch = Fetch { pool: pool.clone(), kept: kept.cloned(), kind: PhantomData };
        Self { kept: kept.cloned(), loader: Loader::new(fetch).with_max_batch_size(LARGEST_BATCH) }
    }

    /// The value of a key, together with whatever else the request asks for at the same time.
    pub(crate) async fn one(&self, key: K::Key) -> Result<Option<Arc<K::Value>>, StoreFailed> {
        if let Some(kept) = &self.kept {
            if let Some(value) = kept.get::<K>(&key) {
                return Ok(Some(value));
            }
            if let Some(value) = kept.on_disk::<K>(std::slice::from_ref(&key)).await.pop().flatten() {
                return Ok(Some(value));
            }
        }
        // The batch function answers for every key: a missing one would be our own mistake.
        self.loader.try_load(key).await.unwrap_or(Err(StoreFailed))
    }

    /// The values of keys that are kept in memory or on disk.
    async fn kept(&self, keys: &[K::Key]) -> Vec<Option<Arc<K::Value>>> {
        let Some(kept) = &self.kept else { return vec![None; keys.len()] };
        let mut values: Vec<Option<Arc<K::Value>>> = keys.iter().map(|key| kept.get::<K>(key)).collect();
        let wanted = wanting(keys, &values);
        if !wanted.is_empty() {
            let found = kept.on_disk::<K>(&wanted).await;
            for (value, found) in values.iter_mut().filter(|value| value.is_none()).zip(found) {
                *value = found;
            }
        }
        values
    }

    /// The values of keys in their order.
    pub(crate) async fn many(&self, keys: &[K::Key]) -> Result<Vec<Option<Arc<K::Value>>>, StoreFailed> {
        let values = self.kept(keys).await;
        let wanted = wanting(keys, &values);
        if wanted.is_empty() {
            return Ok(values);
        }
        let found = self.loader.try_load_many(wanted).await.map_err(|_| StoreFailed)?;
        let load = |key| found.get(key).cloned().unwrap_or(Err(StoreFailed));
        keys.iter()
            .zip(values)
            .map(|(key, value)| value.map_or_else(|| load(key), |value| Ok(Some(value))))
            .collect()
    }
}

/// The keys that have no value yet.
fn wanting<Key: Clone, Value>(keys: &[Key], values: &[Option<Value>]) -> Vec<Key> {
    let wanting = keys.iter().zip(values).filter(|(_, value)| value.is_none());
    wanting.map(|(key, _)| key.clone()).collect()
}

impl<K: Kind<Key: Copy + Ord>> Of<K> {
    /// The values of keys of which some may be the same, by key.
    pub(crate) async fn by_key(
        &self,
        keys: impl IntoIterator<Item = K::Key>,
    ) -> Result<BTreeMap<K::Key, Arc<K::Value>>, StoreFailed> {
        let keys: Vec<K::Key> = keys.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let values = self.many(&keys).await?;
        Ok(keys.into_iter().zip(values).filter_map(|(key, value)| Some((key, value?))).collect())
    }
}

/// The loaders of one request.
pub(crate) struct Loaders {
    pub(crate) cards: Of<PackedCard>,
    pub(crate) card_sources: Of<rows::SourcesRow>,
    pub(crate) offers: Of<rows::OfferRow>,
    pub(crate) price_points: Of<rows::PricePointRow>,
    pub(crate) brands: Of<rows::BrandRow>,
    pub(crate) gpus: Of<rows::GpuRow>,
    pub(crate) technologies: Of<rows::TechnologyRow>,
}

impl Loaders {
    pub(crate) fn new(pool: &PgPool, kept: Option<&RowsAt>) -> Self {
        Self {
            cards: Of::new(pool, kept),
            card_sources: Of::new(pool, kept),
            offers: Of::new(pool, kept),
            price_points: Of::new(pool, kept),
            brands: Of::new(pool, kept),
            gpus: Of::new(pool, kept),
            technologies: Of::new(pool, kept),
        }
    }
}
