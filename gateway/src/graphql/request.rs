//! What the resolvers of one request share.

use std::{collections::HashMap, sync::Arc};

use async_graphql::Context;
use catalogue_index::Index;
use chrono::{DateTime, Utc};
use sqlx::PgPool;
use tokio::sync::OnceCell;

use super::{
    errors::StoreFailed,
    kept::{RowsAt, Shops},
    loaders::{Loaders, read},
    names::int,
    rows::ShopRow,
    written::WaysAsked,
};
use crate::catalogue::CatalogueState;

/// What the resolvers of one request share. Time doesn't pass within a request.
pub struct RequestData {
    pub(crate) pool: PgPool,
    pub(crate) loaders: Loaders,
    /// `None`: the catalogue's state is not known at the moment.
    index: Option<Arc<Index>>,
    kept: Option<RowsAt>,
    /// In which ways the request asks for cards.
    pub(super) ways: WaysAsked,
    shops: OnceCell<Shops>,
    shops_hash: OnceCell<[u8; 32]>,
    /// How many chips are known well; `None`: not known at the moment.
    chips_known: Option<i64>,
    listings_of_shops: OnceCell<HashMap<i32, i64>>,
    /// Ids of the shops that have not been read soundly for too long; `None`: not known at the moment.
    stale_shops: Option<Vec<i16>>,
    /// When the request came.
    pub(crate) now: DateTime<Utc>,
    pub(crate) base_currency: &'static str,
    pub(crate) base_digits: u32,
}

impl RequestData {
    /// For a request that is answered with what `catalogue` says of the shops.
    pub fn new(
        pool: &PgPool,
        catalogue: Option<&Arc<CatalogueState>>,
        base_currency: &'static str,
        now: DateTime<Utc>,
    ) -> Self {
        // Under a state that may be old by now, only what Postgres says at this moment counts.
        let kept = catalogue.filter(|state| state.can_be_trusted()).map(|state| state.rows());
        Self {
            pool: pool.clone(),
            loaders: Loaders::new(pool, kept.as_ref()),
            kept,
            index: catalogue.map(|state| state.index.clone()),
            ways: WaysAsked::default(),
            shops: OnceCell::new(),
            shops_hash: OnceCell::new(),
            chips_known: catalogue.map(|state| state.chips_known),
            listings_of_shops: OnceCell::new(),
            stale_shops: catalogue.map(|state| state.stale_shops.clone()),
            now,
            base_currency,
            base_digits: crate::rates::digits(base_currency),
        }
    }

    /// All shops, by name: there are few of them.
    pub(crate) async fn shops(&self) -> Result<&[Arc<ShopRow>], StoreFailed> {
        let query = || async {
            let query = sqlx::query_as(include_str!("../../../sql/gateway/shops_all.sql"));
            if let Some(shops) = self.kept.as_ref().and_then(RowsAt::shops) {
                return Ok(shops);
            }
            let rows: Vec<ShopRow> = read(query.fetch_all(&self.pool)).await?;
            let shops = rows.into_iter().map(Arc::new).collect();
            if let Some(kept) = &self.kept {
                kept.put_shops(&shops);
            }
            Ok(shops)
        };
        Ok(self.shops.get_or_try_init(query).await?)
    }

    /// Rows that are kept, if they can be trusted now.
    pub(super) fn kept(&self) -> Option<&RowsAt> {
        self.kept.as_ref()
    }

    /// Grows with each chip of which more is known than before; `None`: not known at the moment.
    pub(super) fn chips_known(&self) -> Option<i64> {
        self.chips_known
    }

    /// Tells when the shops were read, and which of them not for too long, from any other state of theirs.
    pub(super) async fn shops_hash(&self) -> Result<[u8; 32], StoreFailed> {
        let hash = || async {
            let mut hash = blake3::Hasher::new();
            for shop in self.shops().await? {
                hash.update(&shop.id.to_le_bytes());
                for at in [shop.last_seen_at, shop.last_complete_at] {
                    hash.update(&at.map_or(i64::MIN, |at| at.timestamp_micros()).to_le_bytes());
                }
                hash.update(&[u8::from(self.is_stale(shop))]);
            }
            Ok(*hash.finalize().as_bytes())
        };
        self.shops_hash.get_or_try_init(hash).await.copied()
    }

    /// The index of cards, as it was when the request came.
    pub(crate) fn index(&self) -> Result<&Arc<Index>, StoreFailed> {
        self.index.as_ref().ok_or(StoreFailed)
    }

    /// One of all shops.
    pub(crate) async fn shop(&self, id: i16) -> Result<Option<Arc<ShopRow>>, StoreFailed> {
        Ok(self.shops().await?.iter().find(|shop| shop.id == id).cloned())
    }

    /// How many listings a shop has. Those of all are counted at once: asking for some of them now and for others a
    /// moment later would cost a statement each time.
    pub(crate) async fn listings_of_shop(&self, id: i16) -> Result<i32, StoreFailed> {
        let query = || async {
            let query = sqlx::query_as(include_str!("../../../sql/gateway/listing_counts_of_shops.sql"));
            let rows: Vec<(i32, i64)> = read(query.fetch_all(&self.pool)).await?;
            Ok(rows.into_iter().collect())
        };
        let counts: &HashMap<i32, i64> = self.listings_of_shops.get_or_try_init(query).await?;
        Ok(counts.get(&i32::from(id)).map_or(0, |count| int(*count)))
    }

    /// Whether a shop has not been read soundly for too long.
    pub(crate) fn is_stale(&self, shop: &ShopRow) -> bool {
        match &self.stale_shops {
            Some(stale) => stale.contains(&shop.id),
            None => shop.is_overdue(self.now),
        }
    }
}

/// The data of the request that a resolver works for.
pub(crate) fn data<'c>(ctx: &Context<'c>) -> &'c RequestData {
    ctx.data_unchecked::<RequestData>()
}
