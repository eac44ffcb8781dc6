//! What a shop might say, as events.

use chrono::{DateTime, TimeDelta, Utc};
use events::{
    Availability, CrawlEnded, CrawlKind, CrawlOutcome, Listing, ListingChanged, ListingGone, Output, Price,
    ProductEvent, SupportedTechnology,
};

/// When the tests' story begins.
pub(crate) fn start() -> DateTime<Utc> {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// A listing that says little: a title, a price, in stock.
pub(crate) fn listing(title: &str, price_minor: i64) -> Listing {
    Listing {
        title: title.to_owned(),
        url: format!("https://shop.example/{}", title.replace(' ', "-")),
        brand: None,
        gpu: None,
        mpns: Vec::new(),
        gtins: Vec::new(),
        price: Price { amount_minor: price_minor, currency: "USD".to_owned() },
        availability: Availability::InStock,
        stock: None,
        images: Vec::new(),
        specs: events::Specs::default(),
        interfaces: events::Interfaces::default(),
        technologies: None,
        shop_updated_at: start(),
    }
}

/// A barcode of some product, with its check digit.
pub(crate) fn gtin(product: i64) -> String {
    let digits = format!("{:013}", 471_000_000_000 + product);
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([3, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

pub(crate) fn technology(code: &str) -> SupportedTechnology {
    SupportedTechnology { code: code.to_owned(), name: code.to_uppercase(), version: None }
}

pub(crate) fn output(kind: &str) -> Output {
    Output { kind: kind.to_owned(), version: None, count: 1 }
}

/// `version` also tells the time: the n-th version is seen n minutes after the start.
pub(crate) fn changed(shop: &str, id: &str, version: i64, listing: Listing) -> ProductEvent {
    ProductEvent::ListingChanged(Box::new(ListingChanged {
        v: 1,
        shop: shop.to_owned(),
        listing_id: id.to_owned(),
        listing_version: version,
        observed_at: start() + TimeDelta::minutes(version),
        missing_since: None,
        listing,
    }))
}

pub(crate) fn gone(shop: &str, id: &str, version: i64) -> ProductEvent {
    ProductEvent::ListingGone(ListingGone {
        v: 1,
        shop: shop.to_owned(),
        listing_id: id.to_owned(),
        listing_version: version,
        observed_at: start() + TimeDelta::minutes(version),
    })
}

pub(crate) fn crawl(shop: &str, crawl: i64, ended_at: DateTime<Utc>) -> ProductEvent {
    ProductEvent::CrawlEnded(CrawlEnded {
        v: 1,
        shop: shop.to_owned(),
        shop_name: format!("The shop {shop}"),
        crawl,
        started_at: ended_at,
        ended_at,
        kind: CrawlKind::Full,
        outcome: CrawlOutcome::Complete,
        listing_count: 1,
        collect_every_ms: 60_000,
        versions: None,
    })
}
