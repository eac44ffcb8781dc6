//! The contract of the queue `product_events`: what the collector tells about the shops, as plain JSON that
//! any consumer can read.
//!
//! - One message is one [`ProductEvent`], UTF-8 JSON, content type `application/json`. The field `v` is the
//!   contract's version ([`CONTRACT_VERSION`]), `type` says which event it is.
//! - Events of one listing carry a `listing_version` that only grows, by any amount. Messages can arrive twice and out
//!   of order: a consumer keeps the highest version it applied and ignores what is not higher.
//! - Within a version of the contract, fields are only added, and only optional ones; readers ignore what
//!   they don't know. Anything else is a new version with a type of its own beside the old one, and a frozen
//!   example of each in `fixtures/`.
//! - A consumer that has lost messages, with a deleted queue say, notices by [`Versions`] and asks for them by
//!   [`Lacking`].
//! - Units stand last in a name. Money is an integer in the minor units of its ISO 4217 currency. Times are
//!   RFC 3339 in UTC.
//!
//! This crate holds types and their bytes. It must never do IO or decide anything.

mod listing;
mod versions;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use listing::{
    Availability, Bus, Interfaces, LONGEST_LIST, Listing, Output, PowerConnector, Price, Specs,
    SupportedTechnology,
};
pub use versions::{BUCKETS, Buckets, LACKING_CHANNEL, Lacking, Versions, VersionsError};

/// The version of the contract that this crate writes.
pub const CONTRACT_VERSION: u16 = 1;

/// Names on the broker. The exchange is a durable topic exchange, the queue a durable quorum queue.
pub mod topology {
    /// Where the collector publishes.
    pub const EXCHANGE: &str = "products";
    /// The queue that the gateway consumes.
    pub const QUEUE: &str = "product_events";
    /// What the queue is bound to the exchange with.
    pub const BINDING: &str = "product.#";
    /// Where messages go that can't be applied.
    pub const DEAD_EXCHANGE: &str = "products.dead";
    /// The queue of messages that could not be applied.
    pub const DEAD_QUEUE: &str = "product_events.dead";

    /// What the queue is declared with, as `(argument, value)`. Whoever comes first declares it, so both
    /// sides must declare the same. There is no delivery limit: how often a consumer died with a message in
    /// hand says nothing about the message.
    pub const QUEUE_ARGUMENTS: [(&str, &str); 4] = [
        ("x-queue-type", "quorum"),
        ("x-dead-letter-exchange", DEAD_EXCHANGE),
        ("x-dead-letter-strategy", "at-least-once"),
        ("x-overflow", "reject-publish"),
    ];
    /// What the queue of dead letters is declared with; it is bound to its topic exchange with `#`.
    pub const DEAD_QUEUE_ARGUMENTS: [(&str, &str); 1] = [("x-queue-type", "quorum")];

    /// The routing key of a shop's events.
    pub fn routing_key(shop: &str) -> String {
        format!("product.{shop}")
    }
}

/// Something that happened in a shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum ProductEvent {
    /// A listing is new or says something else than before.
    #[serde(rename = "listing.changed")]
    ListingChanged(Box<ListingChanged>),
    /// A listing is no longer in its shop.
    #[serde(rename = "listing.gone")]
    ListingGone(ListingGone),
    /// A crawl of a shop has ended, soundly or not.
    #[serde(rename = "crawl.ended")]
    CrawlEnded(CrawlEnded),
}

/// A listing is new or says something else than before. It carries the whole listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListingChanged {
    /// The contract's version.
    pub v: u16,
    /// The shop's slug, e.g. `netvideo`.
    pub shop: String,
    /// The shop's own identifier of the listing, unique in the shop.
    pub listing_id: String,
    /// Grows with every event of this listing.
    pub listing_version: i64,
    /// When the collector saw it.
    pub observed_at: DateTime<Utc>,
    /// Since when complete crawls have not seen the listing, which is not yet held to be gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<DateTime<Utc>>,
    /// What the shop says, in our units.
    pub listing: Listing,
}

/// A listing is no longer in its shop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListingGone {
    /// The contract's version.
    pub v: u16,
    /// The shop's slug.
    pub shop: String,
    /// The shop's own identifier of the listing.
    pub listing_id: String,
    /// Grows with every event of this listing; it goes on growing should the listing come back.
    pub listing_version: i64,
    /// When the collector took it for gone.
    pub observed_at: DateTime<Utc>,
}

/// A crawl of a shop has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrawlEnded {
    /// The contract's version.
    pub v: u16,
    /// The shop's slug.
    pub shop: String,
    /// The shop's name for people.
    pub shop_name: String,
    /// The number of the crawl, growing with each crawl of the shop, by any amount.
    pub crawl: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// What was asked for.
    pub kind: CrawlKind,
    /// How it ended.
    pub outcome: CrawlOutcome,
    /// How many listings of the shop are known and not gone.
    pub listing_count: i64,
    /// The time between the starts of two crawls of this shop, in milliseconds.
    pub collect_every_ms: i64,
    /// The versions of the shop's listings after every event before this one, by which a consumer notices that it
    /// lacks some and asks for them ([`Lacking`]). Absent where the collector doesn't offer that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Versions>,
}

/// What a crawl asked a shop for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrawlKind {
    /// Every listing.
    Full,
    /// The listings that the shop says have changed.
    Changes,
}

/// How a crawl ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrawlOutcome {
    /// Everything that was asked for was read.
    Complete,
    /// Something was not read: what is missing from it is not known to be missing from the shop.
    Incomplete,
}

/// Why a message is not an event that this crate can read. Trying again won't help.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or without the fields that its type must have.
    #[error("the message is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A version of the contract that this crate doesn't know.
    #[error("the message is of version {0} of the contract, which is not known here")]
    UnknownVersion(u16),
    /// A value that the contract doesn't allow.
    #[error("{0}")]
    Invalid(&'static str),
    /// A type of event that this version of the contract doesn't have.
    #[error("the message is of the unknown type {0:?}")]
    UnknownType(String),
}

#[derive(Deserialize)]
struct Header {
    v: u16,
    #[serde(rename = "type")]
    kind: String,
}

impl ProductEvent {
    /// Reads a message's bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let header: Header = serde_json::from_slice(bytes)?;
        if header.v != CONTRACT_VERSION {
            return Err(DecodeError::UnknownVersion(header.v));
        }
        match header.kind.as_str() {
            "listing.changed" => {
                let event: Box<ListingChanged> = Box::new(serde_json::from_slice(bytes)?);
                event.listing.check().map_err(DecodeError::Invalid)?;
                Ok(Self::ListingChanged(event))
            }
            "listing.gone" => Ok(Self::ListingGone(serde_json::from_slice(bytes)?)),
            "crawl.ended" => Ok(Self::CrawlEnded(serde_json::from_slice(bytes)?)),
            _ => Err(DecodeError::UnknownType(header.kind)),
        }
    }

    /// A message's bytes.
    ///
    /// # Panics
    /// Never: these types have string keys and no number that JSON can't hold.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("the contract's types always have a JSON form")
    }

    /// The shop that it happened in.
    pub fn shop(&self) -> &str {
        match self {
            Self::ListingChanged(event) => &event.shop,
            Self::ListingGone(event) => &event.shop,
            Self::CrawlEnded(event) => &event.shop,
        }
    }

    /// The message's identity, the same each time it is sent: `netvideo/10482/17`, `netvideo/crawl/812`.
    pub fn message_id(&self) -> String {
        match self {
            Self::ListingChanged(event) => {
                format!("{}/{}/{}", event.shop, event.listing_id, event.listing_version)
            }
            Self::ListingGone(event) => {
                format!("{}/{}/{}", event.shop, event.listing_id, event.listing_version)
            }
            Self::CrawlEnded(event) => format!("{}/crawl/{}", event.shop, event.crawl),
        }
    }
}
