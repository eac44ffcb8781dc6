//! Every listing that may have a say in what becomes of some others.
//!
//! Two listings can only belong together if they share a key or a person said so, directly or through others.
//! So what is read here is closed: nothing outside it can change how its listings are grouped.

use std::collections::BTreeSet;

use merge::{Candidate, Identity, ListingRef, MAX_LISTINGS_PER_CODE, Override};
use sqlx::{PgConnection, types::Json};

use super::{
    card_ids::{CardId, ListingId},
    listings::{News, Told},
};

/// The most listings that one batch of events may draw into being grouped anew. Blocks are small (one
/// brand, chip and memory size); more than this means that something is wrong with the keys.
const LARGEST: usize = 50_000;

/// A listing of a neighbourhood.
#[derive(sqlx::FromRow)]
pub(super) struct Neighbour {
    pub(super) id: ListingId,
    shop: String,
    shop_listing_id: String,
    identity: Json<Identity>,
    match_keys: Vec<String>,
    pub(super) card_id: Option<CardId>,
}

impl Neighbour {
    /// One that is not stored yet; `None`: it is gone.
    fn told(news: &News, told: &Told) -> Option<Self> {
        let product = told.state.product()?;
        Some(Self {
            id: news.id,
            shop: told.shop.clone(),
            shop_listing_id: told.shop_listing_id.clone(),
            identity: Json(product.identity.clone()),
            match_keys: product.match_keys.clone(),
            card_id: news.card_id,
        })
    }
}

/// Listings, and what people decided about them.
#[derive(Default)]
pub(super) struct Neighbourhood {
    pub(super) listings: Vec<Neighbour>,
    pub(super) decisions: Vec<Override>,
    known: BTreeSet<ListingId>,
    asked: BTreeSet<String>,
}

impl Neighbourhood {
    /// The neighbourhood of listings about which there was news. What is not stored yet is taken as it is told.
    pub(super) async fn of(connection: &mut PgConnection, news: &[&News]) -> sqlx::Result<Self> {
        let mut all = Self::default();
        let mut ids = BTreeSet::new();
        let mut keys: BTreeSet<String> = news.iter().flat_map(|news| news.keys.iter().cloned()).collect();
        for news in news {
            match &news.told {
                None => {
                    ids.insert(news.id);
                }
                Some(told) => {
                    all.known.insert(news.id);
                    all.listings.extend(Neighbour::told(news, told));
                }
            }
        }
        let mut followed = 0;
        while !ids.is_empty() || !keys.is_empty() {
            all.add_by_ids(connection, &ids).await?;
            all.add_by_keys(connection, &keys).await?;
            let new = &all.listings[followed..];
            followed = all.listings.len();
            keys = new
                .iter()
                .flat_map(|new| &new.match_keys)
                .filter(|key| !all.asked.contains(*key))
                .cloned()
                .collect();
            let new: Vec<ListingId> = new.iter().map(|new| new.id).collect();
            ids = all.add_decisions(connection, &new).await?;
            if all.listings.len() >= LARGEST {
                tracing::warn!(listings = LARGEST, "too many listings share keys: only these were compared");
                break;
            }
        }
        Ok(all)
    }

    /// The listings as the merge compares them.
    pub(super) fn candidates(&self) -> Vec<Candidate<'_>> {
        self.listings
            .iter()
            .map(|listing| Candidate {
                listing: ListingRef(listing.id),
                shop: &listing.shop,
                shop_listing_id: &listing.shop_listing_id,
                identity: &listing.identity,
            })
            .collect()
    }

    async fn add_by_ids(
        &mut self,
        connection: &mut PgConnection,
        ids: &BTreeSet<ListingId>,
    ) -> sqlx::Result<()> {
        let ids: Vec<ListingId> = ids.difference(&self.known).copied().collect();
        if ids.is_empty() {
            return Ok(());
        }
        let found = sqlx::query_as(include_str!("../../../sql/gateway/listings_moved.sql"))
            .bind(ids)
            .fetch_all(connection)
            .await?;
        self.add(found);
        Ok(())
    }

    async fn add_by_keys(
        &mut self,
        connection: &mut PgConnection,
        keys: &BTreeSet<String>,
    ) -> sqlx::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let room = LARGEST.saturating_sub(self.listings.len());
        let most: Vec<i32> = keys.iter().map(|key| most_listings(key, room)).collect();
        let found = sqlx::query_as(include_str!("../../../sql/gateway/listings_neighbours.sql"))
            .bind(keys.iter().collect::<Vec<_>>())
            .bind(most)
            .bind(self.known.iter().copied().collect::<Vec<_>>())
            .fetch_all(connection)
            .await?;
        self.asked.extend(keys.iter().cloned());
        self.add(found);
        Ok(())
    }

    fn add(&mut self, found: Vec<Neighbour>) {
        self.known.extend(found.iter().map(|listing| listing.id));
        self.listings.extend(found);
    }

    /// Adds what was decided about listings; which other listings these decisions name.
    async fn add_decisions(
        &mut self,
        connection: &mut PgConnection,
        about: &[ListingId],
    ) -> sqlx::Result<BTreeSet<ListingId>> {
        if about.is_empty() {
            return Ok(BTreeSet::new());
        }
        let decisions: Vec<(ListingId, ListingId, bool)> =
            sqlx::query_as(include_str!("../../../sql/gateway/decisions_of_listings.sql"))
                .bind(about)
                .fetch_all(connection)
                .await?;
        let mut named = BTreeSet::new();
        for (one, other, same) in decisions {
            let pair = (ListingRef(one), ListingRef(other));
            let decision =
                if same { Override::Join(pair.0, pair.1) } else { Override::Split(pair.0, pair.1) };
            if !self.decisions.contains(&decision) {
                self.decisions.push(decision);
            }
            named.extend([one, other]);
        }
        // One that went is not found, and would be asked for again and again.
        Ok(named.difference(&self.known).copied().filter(|id| !about.contains(id)).collect())
    }
}

/// How many listings of a key are looked at. A code that more than so many share is nobody's, and one more of them
/// tells the merge that it is.
fn most_listings(key: &str, room: usize) -> i32 {
    let is_code = key.starts_with("g:") || key.starts_with("m:");
    let most = if is_code { MAX_LISTINGS_PER_CODE + 1 } else { room };
    i32::try_from(most.min(room)).unwrap_or(i32::MAX)
}
