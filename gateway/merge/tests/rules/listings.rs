//! Listings for tests.

use chrono::DateTime;
use merge::{Candidate, Grouping, Identity, ListingRef, Override, group};

/// A listing that has a title alone.
pub(crate) fn titled(title: &str) -> events::Listing {
    events::Listing {
        title: title.to_owned(),
        url: "https://shop.example/1".to_owned(),
        brand: None,
        gpu: None,
        mpns: Vec::new(),
        gtins: Vec::new(),
        price: events::Price { amount_minor: 64_999, currency: "USD".to_owned() },
        availability: events::Availability::InStock,
        stock: None,
        images: Vec::new(),
        specs: events::Specs::default(),
        interfaces: events::Interfaces::default(),
        technologies: None,
        shop_updated_at: DateTime::UNIX_EPOCH,
    }
}

/// A listing with a title and codes: those of digits alone are barcodes.
pub(crate) fn coded(title: &str, codes: &[&str]) -> events::Listing {
    let (gtins, mpns) = codes
        .iter()
        .map(|code| (*code).to_owned())
        .partition(|code: &String| code.len() >= 12 && code.bytes().all(|byte| byte.is_ascii_digit()));
    events::Listing { gtins, mpns, ..titled(title) }
}

/// Groups listings of which each is given with its shop; they are numbered from 0 on.
pub(crate) fn grouped(listings: &[(&str, events::Listing)], overrides: &[Override]) -> Grouping {
    let identities: Vec<Identity> = listings.iter().map(|(_, listing)| Identity::read(listing)).collect();
    let ids: Vec<String> = (0..listings.len()).map(|number| format!("{number:04}")).collect();
    let candidates: Vec<Candidate<'_>> = identities
        .iter()
        .zip(listings)
        .zip(&ids)
        .zip(0..)
        .map(|(((identity, (shop, _)), id), number)| Candidate {
            listing: ListingRef(number),
            shop,
            shop_listing_id: id,
            identity,
        })
        .collect();
    group(&candidates, overrides)
}

/// The groups as sorted lists of numbers.
pub(crate) fn partition(grouping: &Grouping) -> Vec<Vec<i64>> {
    let mut groups: Vec<Vec<i64>> = grouping
        .groups
        .iter()
        .map(|group| {
            let mut members: Vec<i64> = group.members.iter().map(|member| member.0).collect();
            members.sort_unstable();
            members
        })
        .collect();
    groups.sort();
    groups
}
