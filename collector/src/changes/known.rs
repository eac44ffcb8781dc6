//! What is known of a listing, and how it is told.

use chrono::{DateTime, Utc};
use events::{CONTRACT_VERSION, Listing, ListingChanged, ListingGone, ProductEvent};

use super::{Moment, price::HeldPrice};

/// What is known of a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The shop's identifier.
    pub id: String,
    /// The number of its last event.
    pub version: i64,
    /// Whether it is in the shop.
    pub presence: Presence,
    /// What was last believed of it.
    pub listing: Listing,
    /// The last crawl that saw it.
    pub last_seen_crawl: i64,
    /// A price that waits to be believed.
    pub held_price: Option<HeldPrice>,
    /// A change time that went back and waits to be believed.
    pub older: Option<Older>,
    /// Whether a person believes what the next crawl says of it, whatever the rules hold of that.
    pub is_released: bool,
}

/// Whether a listing is in its shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The last complete crawl saw it.
    Present,
    /// It was not seen, and is not yet held to be gone.
    Missing {
        /// Since when.
        since: DateTime<Utc>,
        /// By how many complete crawls in a row.
        crawls: u32,
    },
    /// It is gone.
    Gone,
}

/// In how many crawls in a row a listing's own change time was older than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Older {
    /// How many crawls.
    pub crawls: u32,
    /// The last of them.
    pub last_crawl: i64,
    /// When the first saw it; `None` if that was not noted.
    pub since: Option<DateTime<Utc>>,
    /// The change time that the last saw; `None` if that was not noted.
    pub updated_at: Option<DateTime<Utc>>,
}

/// A version that a listing has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// The listing.
    pub listing_id: String,
    /// The one that it had; `None`: it is new.
    pub before: Option<i64>,
    /// The one that it has.
    pub now: i64,
}

impl Known {
    /// The listing's new version, unless it has the one that it had.
    pub fn version_since(&self, before: Option<i64>) -> Option<NewVersion> {
        let is_new = before != Some(self.version);
        is_new.then(|| NewVersion { listing_id: self.id.clone(), before, now: self.version })
    }

    pub(super) fn changed_event(&self, moment: &Moment<'_>) -> ProductEvent {
        ProductEvent::ListingChanged(Box::new(ListingChanged {
            v: CONTRACT_VERSION,
            shop: moment.shop.to_owned(),
            listing_id: self.id.clone(),
            listing_version: self.version,
            observed_at: moment.now,
            missing_since: match self.presence {
                Presence::Missing { since, .. } => Some(since),
                Presence::Present | Presence::Gone => None,
            },
            listing: self.listing.clone(),
        }))
    }

    /// What is known of the listing, as it was told when it became so.
    pub fn state_event(&self, moment: &Moment<'_>) -> ProductEvent {
        match self.presence {
            Presence::Present | Presence::Missing { .. } => self.changed_event(moment),
            Presence::Gone => self.gone_event(moment),
        }
    }

    pub(super) fn gone_event(&self, moment: &Moment<'_>) -> ProductEvent {
        ProductEvent::ListingGone(ListingGone {
            v: CONTRACT_VERSION,
            shop: moment.shop.to_owned(),
            listing_id: self.id.clone(),
            listing_version: self.version,
            observed_at: moment.now,
        })
    }
}
