//! Which items need not be read, since they are to the byte what their listings were last read from.
//!
//! Most of what a shop sends is what it sent before. The same bytes, read by the same rules, say the same: of such an
//! item nothing follows but that its listing was seen. An item of which anything else could follow is never among
//! them: one with a field that can't be read, which is noted each time, and one whose listing waits to be believed,
//! is missing, or was made something else by anything but that item. The store tells which these are, when a crawl
//! begins; what changes while it lasts is read by the next one.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::value::RawValue;

use crate::listing;

/// A shop's items that need not be read, by their digests, with whose they are.
#[derive(Debug, Default)]
pub struct Settled {
    /// In the order of digests, each with where its listing begins in `listing_ids`: a map would take three times the
    /// memory.
    digests: Vec<(i64, u32)>,
    /// One after the other, each with [`END`] behind it.
    listing_ids: String,
}

/// The same while it is gathered.
#[derive(Debug, Default)]
pub struct Gathering(Settled);

/// No identifier of a listing holds it.
const END: char = '\0';
/// So much is held of a shop's identifiers. Items whose listings find no room are read each time.
const MOST_ID_BYTES: usize = 24 * 1024 * 1024;

impl Gathering {
    /// Adds an item's digest and its listing, if there is room.
    pub fn add(&mut self, digest: i64, listing_id: &str) {
        let Self(Settled { digests, listing_ids }) = self;
        let has_room = listing_ids.len() + listing_id.len() < MOST_ID_BYTES;
        if let Some(begins) = u32::try_from(listing_ids.len()).ok().filter(|_| has_room) {
            digests.push((digest, begins));
            listing_ids.push_str(listing_id);
            listing_ids.push(END);
        }
    }

    /// What was gathered.
    pub fn done(self) -> Settled {
        let Self(mut settled) = self;
        settled.digests.sort_unstable();
        settled
    }
}

impl Settled {
    /// Whose item it is, if it need not be read.
    fn listing_of(&self, received: &RawValue, rules_since: i64) -> Option<&str> {
        if self.digests.is_empty() {
            return None;
        }
        let digest = digest(rules_since, received.get());
        let found = self.digests.binary_search_by_key(&digest, |(digest, _)| *digest).ok()?;
        let (_, begins) = self.digests.get(found)?;
        self.listing_ids.get(usize::try_from(*begins).ok()?..)?.split(END).next()
    }
}

/// A digest of an item as it was sent, and of the rules by which it is read: those that have held since a term of the
/// shop's leaders. Another item has the same one once in 2^64 times.
pub fn digest(rules_since: i64, received: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    (rules_since, received).hash(&mut hasher);
    hasher.finish().cast_signed()
}

/// A page's items.
#[derive(Debug, Default)]
pub struct Sorted {
    /// All listings on it, each once.
    pub listing_ids: Vec<String>,
    /// Listings whose items are as they were.
    pub as_they_were: Vec<String>,
    /// All other items.
    pub unread: Vec<Box<RawValue>>,
}

/// Sorts a page's items, of which the field `id_field` says whose they are. A listing that stands on it twice is read each
/// time: it takes that to say which of both is newer.
pub fn sort(items: &[&RawValue], id_field: &str, settled: &Settled, rules_since: i64) -> Sorted {
    struct Item<'p> {
        id: Option<Cow<'p, str>>,
        is_settled: bool,
        received: &'p RawValue,
    }

    let items: Vec<Item<'_>> = items
        .iter()
        .map(|&received| {
            let settled = settled.listing_of(received, rules_since);
            let read = || listing::id_alone(received.get(), id_field).map(Cow::Owned);
            Item { id: settled.map(Cow::Borrowed).or_else(read), is_settled: settled.is_some(), received }
        })
        .collect();
    let mut times: HashMap<&str, u32> = HashMap::with_capacity(items.len());
    for id in items.iter().filter_map(|item| item.id.as_deref()) {
        *times.entry(id).or_default() += 1;
    }
    let mut sorted = Sorted::default();
    let mut told: HashSet<&str> = HashSet::with_capacity(times.len());
    for Item { id, is_settled, received } in &items {
        let id = id.as_deref();
        if let Some(id) = id.filter(|id| told.insert(id)) {
            sorted.listing_ids.push(id.to_owned());
        }
        match id {
            Some(id) if *is_settled && times.get(id) == Some(&1) => sorted.as_they_were.push(id.to_owned()),
            _ => sorted.unread.push((*received).to_owned()),
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES_SINCE: i64 = 3;

    #[test]
    fn the_same_bytes_read_by_the_same_rules_have_the_same_digest() {
        let one = digest(RULES_SINCE, r#"{"id":1}"#);
        assert_eq!(digest(RULES_SINCE, r#"{"id":1}"#), one);
        assert_ne!(digest(RULES_SINCE, r#"{"id": 1}"#), one, "other bytes");
        assert_ne!(digest(RULES_SINCE + 1, r#"{"id":1}"#), one, "other rules");
    }

    #[test]
    fn an_item_is_left_out_only_where_it_is_as_it_was_and_its_listings_only_one() {
        let page = [
            r#"{"id":1}"#,
            r#"{"title":"nobody's"}"#,
            r#"{"id":2,"stock":1}"#,
            r#"{"stock":2,"id":"2"}"#,
            "[1]",
            r#"{"id":3}"#,
        ];
        let page = page.map(|text| serde_json::from_str::<&RawValue>(text).unwrap());
        let settled = |items: &[&RawValue]| {
            let mut settled = Gathering::default();
            for item in items {
                let id = listing::id_alone(item.get(), "id").unwrap_or_default();
                settled.add(digest(RULES_SINCE, item.get()), &id);
            }
            settled.done()
        };
        let named: Vec<&RawValue> = [0, 2, 3, 5].map(|item| page[item]).to_vec();
        let sorted = sort(&page, "id", &settled(&named), RULES_SINCE);
        assert_eq!(sorted.as_they_were, ["1", "3"]);
        assert_eq!(sorted.listing_ids, ["1", "2", "3"]);
        let unread =
            |sorted: &Sorted| sorted.unread.iter().map(|item| item.get().to_owned()).collect::<Vec<_>>();
        assert_eq!(unread(&sorted), page[1..5].iter().map(|item| item.get()).collect::<Vec<_>>());

        let sorted = sort(&page, "id", &settled(&page[..1]), RULES_SINCE);
        assert_eq!((sorted.as_they_were.as_slice(), sorted.unread.len()), (["1".to_owned()].as_slice(), 5));
        assert_eq!(sorted.listing_ids, ["1", "2", "3"]);

        let mut full = Gathering::default();
        full.add(1, &"x".repeat(MOST_ID_BYTES - 10));
        full.add(digest(RULES_SINCE, page[0].get()), "1");
        full.add(digest(RULES_SINCE, page[5].get()), &"3".repeat(10));
        let sorted = sort(&page, "id", &full.done(), RULES_SINCE);
        assert_eq!((sorted.as_they_were.as_slice(), sorted.unread.len()), (["1".to_owned()].as_slice(), 5));

        let by_other_rules = sort(&page, "id", &settled(&named), RULES_SINCE + 1);
        assert_eq!((by_other_rules.as_they_were.len(), by_other_rules.unread.len()), (0, 6));
    }
}
