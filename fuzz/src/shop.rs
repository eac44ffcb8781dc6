//! What has to hold for whatever bytes a shop sends.
//!
//! Whoever adds a shop adds a function, and a target beside the others.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::LazyLock,
};

use chrono::{DateTime, Utc};
use collector::{
    changes::{
        Moment,
        page::{self, Outcome},
    },
    listing::{Item, Items, RefusedItem},
    reject::{Reject, RejectKind},
    shops::{Foreign, Page, Position, Scope, Shop, countrylink::CountryLink, netvideo::NetVideo},
};
use events::ProductEvent;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::listing;

static NETVIDEO: LazyLock<NetVideo> =
    LazyLock::new(|| NetVideo::new("http://shop.test").expect("it is an address"));
static COUNTRYLINK: LazyLock<CountryLink> =
    LazyLock::new(|| CountryLink::new("http://shop.test", &"key".into()).expect("it is an address"));

/// No item has as many fields, and entries in its lists, that could each be unreadable.
const MOST_TROUBLES: usize = 1_000;
/// The most bytes of a place in words, by which a page that was refused is found again.
const LONGEST_PLACE_BYTES: usize = 200;

/// Bytes as a page of NetVideo, and as an item of one.
///
/// # Panics
/// Something does not hold.
pub fn netvideo(bytes: &[u8]) {
    any_bytes(&*NETVIDEO, "items", bytes);
}

/// Bytes as a page of CountryLink, and as an item of one.
///
/// # Panics
/// Something does not hold.
pub fn countrylink(bytes: &[u8]) {
    any_bytes(&*COUNTRYLINK, "data", bytes);
}

fn any_bytes(shop: &dyn Shop, list: &str, bytes: &[u8]) {
    match shop.read(bytes, &asked_for(shop, bytes)) {
        Ok(page) => whole_page(shop, list, bytes, page),
        Err(reason) => refused_page(shop, bytes, reason),
    }
    if let Ok(item) = serde_json::from_slice::<&RawValue>(bytes) {
        told(&one_by_one(shop, &[item]));
    }
}

/// The page that was asked for, if it is numbered: the one that came.
fn asked_for(shop: &dyn Shop, bytes: &[u8]) -> Position {
    #[derive(Deserialize)]
    struct Numbered {
        page: u32,
    }

    match serde_json::from_slice(bytes) {
        Ok(Numbered { page: number }) => Position::Page { number, last: None },
        Err(_) => shop.first(),
    }
}

fn whole_page(shop: &dyn Shop, list: &str, bytes: &[u8], page: Page) {
    // A list of what a page's fields say, in their order, is read as a page too, and harms nobody.
    if let Ok(fields) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(bytes) {
        let items: Vec<&RawValue> = serde_json::from_str(fields[list].get()).expect("its items are a list");
        assert_eq!(page.items, one_by_one(shop, &items), "no item changes how another one is read");
    }
    told(&page.items);
    if let Some(next) = page.next {
        assert_ne!(next, shop.first(), "a page leads on");
        shop.request(Scope::Full, &next);
        let kept = serde_json::to_string(&next).expect("a position has a JSON form");
        assert_eq!(serde_json::from_str::<Position>(&kept).expect("what is kept can be read"), next);
        assert!(!kept.contains("\\u0000"), "Postgres has no JSON with it");
        let place = next.place();
        assert!(place.len() <= LONGEST_PLACE_BYTES && !place.contains('\0'), "{place:?}");
    }
}

fn refused_page(shop: &dyn Shop, bytes: &[u8], reason: Foreign) {
    let reject = Reject::of_page(&shop.first(), reason, bytes);
    assert_eq!((reject.kind, reject.content.as_slice()), (RejectKind::Page, bytes), "its bytes are kept");
    assert!(!reject.reason.is_empty());
}

/// Reads items each on its own, and holds what has to hold for each: it is a listing or is refused, and what the shop
/// sent is kept as it came.
fn one_by_one(shop: &dyn Shop, items: &[&RawValue]) -> Items {
    let mut all = Items::default();
    for received in items {
        let Items { sound, refused } = shop.items(&[received]);
        match (sound.as_slice(), refused.as_slice()) {
            ([item], []) => sound_item(item, received.get()),
            ([], [item]) => refused_item(item, received.get()),
            _ => panic!("{received} is neither a listing nor refused, or both"),
        }
        all.sound.extend(sound);
        all.refused.extend(refused);
    }
    all
}

fn sound_item(item: &Item, received: &str) {
    assert_eq!(item.received, received);
    listing::is_id(&item.id);
    listing::holds(&item.listing);
    listing::is_priced_as_written(&item.listing.price, &serde_json::from_str(received).unwrap_or_default());
    assert!(item.troubles.len() <= MOST_TROUBLES, "{} troubles of {}", item.troubles.len(), item.id);
}

fn refused_item(item: &RefusedItem, received: &str) {
    assert_eq!(item.received, received);
    item.id.as_deref().inspect(|id| listing::is_id(id));
    let reject = Reject::of_item(item);
    assert_eq!((reject.kind, reject.content.as_slice()), (RejectKind::Item, received.as_bytes()));
    assert_eq!(reject.listing_id, item.id.as_deref().unwrap_or_default());
    assert!(!reject.field.is_empty() && !reject.reason.is_empty());
    let value = serde_json::from_str::<Value>(received);
    assert!(
        value.is_err() || item.trouble.reason != collector::reading::Unreadable::Malformed,
        "{received} can be read"
    );
}

/// Each listing is told once, in words that are not refused by whoever reads them: they would be put aside as poison.
/// The same page again is no news.
fn told(items: &Items) {
    let ids: HashSet<&str> = items.sound.iter().map(|item| item.id.as_str()).collect();
    let Outcome { different, unchanged, received, events, rejects, .. } =
        page::decide(Vec::new(), items.clone(), &moment(1));
    assert_eq!((different.len(), received.len(), events.len()), (ids.len(), ids.len(), ids.len()));
    assert!(unchanged.is_empty());
    for event in events {
        let read = ProductEvent::decode(&event.encode()).expect("what is told can be read");
        assert_eq!(read, event);
    }
    let kept: BTreeSet<_> = rejects.iter().map(Reject::key).collect();
    let fields =
        |item: &Item| item.troubles.iter().map(|of| Reject::of_field(&item.id, of)).collect::<Vec<_>>();
    for reject in items.refused.iter().map(Reject::of_item).chain(items.sound.iter().flat_map(fields)) {
        assert!(kept.contains(&reject.key()), "{:?} is not kept", reject.key());
    }
    let again = page::decide(different, items.clone(), &moment(2));
    assert_eq!((again.events, again.different, again.rejects), (Vec::new(), Vec::new(), rejects));
}

fn moment(crawl: i64) -> Moment<'static> {
    Moment { shop: "fuzz", crawl, now: DateTime::<Utc>::UNIX_EPOCH }
}
