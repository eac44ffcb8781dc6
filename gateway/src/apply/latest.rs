//! What a batch of events comes to: for each listing its newest state, for each shop its newest crawl.
//!
//! Pure. Order within the batch and repeated events make no difference.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use events::{Availability, CrawlEnded, CrawlKind, CrawlOutcome, Listing, Price};

use super::heard::{Heard, HeardListing, Product, Said};

/// A shop's slug and its own id of a listing.
pub(super) type ListingKey = (String, String);

/// The newest that a batch says about a listing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ListingState {
    pub(super) version: i64,
    pub(super) observed_at: DateTime<Utc>,
    pub(super) missing_since: Option<DateTime<Utc>>,
    /// `None`: the listing is gone.
    pub(super) said: Option<Arc<Said>>,
    /// What it cost in each version that the batch tells of, in no order.
    pub(super) terms: Vec<Terms>,
}

impl ListingState {
    /// What the shop says of it, as it says it.
    pub(super) fn listing(&self) -> Option<&Listing> {
        self.said.as_deref().map(|said| &said.listing)
    }

    /// Which product it is taken for.
    pub(super) fn product(&self) -> Option<&Product> {
        self.said.as_deref().map(Said::product)
    }
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
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Latest {
    pub(super) listings: BTreeMap<ListingKey, ListingState>,
    pub(super) crawls: BTreeMap<String, CrawlState>,
}

impl Latest {
    pub(super) fn of(events: &[Heard]) -> Self {
        let mut latest = Self::default();
        for event in events {
            match event {
                Heard::Listing(heard) => latest.add(heard),
                Heard::CrawlEnded(ended) => latest.add_crawl(ended),
            }
        }
        latest
    }

    fn add(&mut self, heard: &HeardListing) {
        let HeardListing { version, observed_at, missing_since, ref said, .. } = *heard;
        let offer = said.as_ref().map(|said| (said.listing.price.clone(), said.listing.availability));
        let terms = Terms { version, at: observed_at, offer };
        match self.listings.entry((heard.shop.clone(), heard.listing_id.clone())) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.terms.push(terms);
                if known.version < version {
                    (known.version, known.observed_at) = (version, observed_at);
                    (known.missing_since, known.said) = (missing_since, said.clone());
                }
            }
            Entry::Vacant(place) => {
                let (said, terms) = (said.clone(), vec![terms]);
                place.insert(ListingState { version, observed_at, missing_since, said, terms });
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
    use events::{ListingGone, ProductEvent};

    use super::*;

    fn gone(listing_id: &str, listing_version: i64) -> Heard {
        Heard::of(ProductEvent::ListingGone(ListingGone {
            v: 1,
            shop: "netvideo".to_owned(),
            listing_id: listing_id.to_owned(),
            listing_version,
            observed_at: DateTime::UNIX_EPOCH,
        }))
    }

    fn crawl(crawl: i64) -> CrawlEnded {
        CrawlEnded {
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
        }
    }

    fn heard(ended: CrawlEnded) -> Heard {
        Heard::of(ProductEvent::CrawlEnded(ended))
    }

    #[test]
    fn a_crawl_that_failed_does_not_hide_a_sound_one_before_it() {
        let sound = crawl(7);
        let mut failed = crawl(8);
        failed.outcome = CrawlOutcome::Incomplete;
        failed.ended_at += chrono::TimeDelta::hours(1);
        let latest = Latest::of(&[failed, sound].map(heard));
        let state = &latest.crawls["netvideo"];
        assert_eq!(
            (state.newest.crawl, state.sound_at, state.complete_at),
            (8, Some(DateTime::UNIX_EPOCH), Some(DateTime::UNIX_EPOCH))
        );
    }

    #[test]
    fn the_highest_version_of_a_listing_and_the_newest_crawl_stay_whatever_the_order() {
        let listings = [gone("a", 1), gone("a", 3), gone("b", 1), gone("a", 2)];
        let crawls = [7, 9, 8].map(|number| heard(crawl(number)));
        let forwards: Vec<Heard> = listings.into_iter().chain(crawls).collect();
        let mut backwards = forwards.clone();
        backwards.reverse();
        let in_order = |events: &[Heard]| {
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
