//! What a batch of events comes to: for each listing its newest state, for each shop its newest crawl.
//!
//! Pure. Order within the batch and repeated events make no difference.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::{DateTime, Utc};
use events::{Availability, CrawlEnded, CrawlKind, CrawlOutcome, Listing, Price, ProductEvent};

/// A shop's slug and its own id of a listing.
pub(super) type ListingKey = (String, String);

/// The newest that a batch says about a listing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ListingState {
    pub(super) version: i64,
    pub(super) observed_at: DateTime<Utc>,
    pub(super) missing_since: Option<DateTime<Utc>>,
    /// `None`: the listing is gone.
    pub(super) listing: Option<Listing>,
    /// What it cost in each version that the batch tells of, in no order.
    pub(super) terms: Vec<Terms>,
}

/// What a version of a listing cost.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Terms {
    pub(super) version: i64,
    pub(super) at: DateTime<Utc>,
    /// `None`: it was gone.
    pub(super) offer: Option<(Price, Availability)>,
}

/// What a batch says about the crawls of a shop: the newest, and when the last sound ones ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CrawlState {
    pub(super) newest: CrawlEnded,
    pub(super) sound_at: Option<DateTime<Utc>>,
    /// The last sound one that asked for everything.
    pub(super) complete_at: Option<DateTime<Utc>>,
}

/// The newest that a batch says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Latest {
    pub(super) listings: BTreeMap<ListingKey, ListingState>,
    pub(super) crawls: BTreeMap<String, CrawlState>,
}

impl Latest {
    pub(super) fn of(events: &[ProductEvent]) -> Self {
        let mut latest = Self::default();
        for event in events {
            match event {
                ProductEvent::ListingChanged(event) => latest.add(
                    (event.shop.clone(), event.listing_id.clone()),
                    event.listing_version,
                    event.observed_at,
                    event.missing_since,
                    Some(&event.listing),
                ),
                ProductEvent::ListingGone(event) => latest.add(
                    (event.shop.clone(), event.listing_id.clone()),
                    event.listing_version,
                    event.observed_at,
                    None,
                    None,
                ),
                ProductEvent::CrawlEnded(event) => latest.add_crawl(event),
            }
        }
        latest
    }

    fn add(
        &mut self,
        key: ListingKey,
        version: i64,
        observed_at: DateTime<Utc>,
        missing_since: Option<DateTime<Utc>>,
        listing: Option<&Listing>,
    ) {
        let offer = listing.map(|listing| (listing.price.clone(), listing.availability));
        let terms = Terms { version, at: observed_at, offer };
        match self.listings.entry(key) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.terms.push(terms);
                if known.version < version {
                    (known.version, known.observed_at) = (version, observed_at);
                    (known.missing_since, known.listing) = (missing_since, listing.cloned());
                }
            }
            Entry::Vacant(place) => {
                let (listing, terms) = (listing.cloned(), vec![terms]);
                place.insert(ListingState { version, observed_at, missing_since, listing, terms });
            }
        }
    }

    fn add_crawl(&mut self, event: &CrawlEnded) {
        let sound_at = (event.outcome == CrawlOutcome::Complete).then_some(event.ended_at);
        let complete_at = sound_at.filter(|_| event.kind == CrawlKind::Full);
        match self.crawls.entry(event.shop.clone()) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.sound_at = known.sound_at.max(sound_at);
                known.complete_at = known.complete_at.max(complete_at);
                if known.newest.crawl < event.crawl {
                    known.newest = event.clone();
                }
            }
            Entry::Vacant(place) => {
                place.insert(CrawlState { newest: event.clone(), sound_at, complete_at });
            }
        }
    }

    /// Every shop that the batch names, in order.
    pub(super) fn shops(&self) -> Vec<&str> {
        let mut shops: Vec<&str> = self
            .listings
            .keys()
            .map(|(shop, _)| shop.as_str())
            .chain(self.crawls.keys().map(String::as_str))
            .collect();
        shops.sort_unstable();
        shops.dedup();
        shops
    }
}

#[cfg(test)]
mod tests {
    use events::ListingGone;

    use super::*;

    fn gone(listing_id: &str, listing_version: i64) -> ProductEvent {
        ProductEvent::ListingGone(ListingGone {
            v: 1,
            shop: "netvideo".to_owned(),
            listing_id: listing_id.to_owned(),
            listing_version,
            observed_at: DateTime::UNIX_EPOCH,
        })
    }

    fn crawl(crawl: i64) -> ProductEvent {
        ProductEvent::CrawlEnded(CrawlEnded {
            v: 1,
            shop: "netvideo".to_owned(),
            shop_name: "NetVideo".to_owned(),
            crawl,
            started_at: DateTime::UNIX_EPOCH,
            ended_at: DateTime::UNIX_EPOCH,
            kind: CrawlKind::Full,
            outcome: CrawlOutcome::Complete,
            listing_count: 1,
            collect_every_ms: 60_000,
            versions: None,
        })
    }

    #[test]
    fn a_crawl_that_failed_does_not_hide_a_sound_one_before_it() {
        let sound = crawl(7);
        let ProductEvent::CrawlEnded(mut failed) = crawl(8) else { unreachable!("it is a crawl") };
        failed.outcome = CrawlOutcome::Incomplete;
        failed.ended_at += chrono::TimeDelta::hours(1);
        let latest = Latest::of(&[ProductEvent::CrawlEnded(failed), sound]);
        let state = &latest.crawls["netvideo"];
        assert_eq!(
            (state.newest.crawl, state.sound_at, state.complete_at),
            (8, Some(DateTime::UNIX_EPOCH), Some(DateTime::UNIX_EPOCH))
        );
    }

    #[test]
    fn the_highest_version_of_a_listing_and_the_newest_crawl_stay_whatever_the_order() {
        let forwards = [gone("a", 1), gone("a", 3), gone("b", 1), gone("a", 2), crawl(7), crawl(9), crawl(8)];
        let mut backwards = forwards.clone();
        backwards.reverse();
        let in_order = |events: &[ProductEvent]| {
            let mut latest = Latest::of(events);
            for state in latest.listings.values_mut() {
                state.terms.sort_by_key(|terms| terms.version);
            }
            latest
        };
        let latest = in_order(&forwards);
        assert_eq!(latest, in_order(&backwards));
        assert_eq!(latest.listings.values().map(|state| state.terms.len()).collect::<Vec<_>>(), [3, 1]);
        let versions: Vec<_> =
            latest.listings.iter().map(|((_, id), state)| (id.as_str(), state.version)).collect();
        assert_eq!(versions, [("a", 3), ("b", 1)]);
        assert_eq!(latest.crawls["netvideo"].newest.crawl, 9);
        assert_eq!(latest.shops(), ["netvideo"]);
    }
}
