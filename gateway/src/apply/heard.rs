//! What messages say, and what is read from it without a look at what is known: so that it can be read while the
//! messages before are applied. Pure.

mod digest;

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use events::{CrawlEnded, Listing, ProductEvent};
use merge::Identity;

pub(super) use self::digest::FactsDigest;

/// An event.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// Of a listing.
    Listing(HeardListing),
    /// The end of a crawl.
    CrawlEnded(Box<CrawlEnded>),
}

/// A version of a listing.
#[derive(Clone, Debug)]
pub(crate) struct HeardListing {
    pub(super) shop: String,
    pub(super) listing_id: String,
    pub(super) version: i64,
    pub(super) observed_at: DateTime<Utc>,
    pub(super) missing_since: Option<DateTime<Utc>>,
    /// `None`: it is gone.
    pub(super) said: Option<Arc<Said>>,
}

/// What a shop says of a listing.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub(super) listing: Listing,
    pub(super) digest: FactsDigest,
    product: OnceLock<Product>,
}

/// Which product a listing is taken for.
#[derive(Debug, PartialEq)]
pub(super) struct Product {
    pub(super) identity: Identity,
    pub(super) match_keys: Vec<String>,
}

impl Said {
    pub(super) fn of(listing: Listing) -> Self {
        Self { digest: FactsDigest::of(&listing), listing, product: OnceLock::new() }
    }

    /// Read when it is first asked for: of most listings that are known it need not be.
    pub(super) fn product(&self) -> &Product {
        self.product.get_or_init(|| {
            let identity = Identity::read(&self.listing);
            let match_keys = identity.keys().iter().map(ToString::to_string).collect();
            Product { identity, match_keys }
        })
    }
}

impl Heard {
    pub(crate) fn of(event: ProductEvent) -> Self {
        match event {
            ProductEvent::ListingChanged(event) => Self::Listing(HeardListing {
                shop: event.shop,
                listing_id: event.listing_id,
                version: event.listing_version,
                observed_at: event.observed_at,
                missing_since: event.missing_since,
                said: Some(Arc::new(Said::of(event.listing))),
            }),
            ProductEvent::ListingGone(event) => Self::Listing(HeardListing {
                shop: event.shop,
                listing_id: event.listing_id,
                version: event.listing_version,
                observed_at: event.observed_at,
                missing_since: None,
                said: None,
            }),
            ProductEvent::CrawlEnded(event) => Self::CrawlEnded(Box::new(event)),
        }
    }

    /// Reads now which product it is about, instead of when it is asked for.
    pub(crate) fn read_ahead(&self) {
        if let Self::Listing(HeardListing { said: Some(said), .. }) = self {
            said.product();
        }
    }

    /// What the log calls it, as [`ProductEvent::message_id`].
    pub(crate) fn message_id(&self) -> String {
        match self {
            Self::Listing(heard) => format!("{}/{}/{}", heard.shop, heard.listing_id, heard.version),
            Self::CrawlEnded(ended) => format!("{}/crawl/{}", ended.shop, ended.crawl),
        }
    }
}
