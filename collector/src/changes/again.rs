//! Which items need not be read, since they are to the byte what their listings were last read from.
//!
//! Most of what a shop sends is what it sent before. The same bytes, read by the same rules, say the same: of such an
//! item nothing follows but that its listing was seen. An item of which anything else could follow is never among
//! them: one with a field that can't be read, which is noted each time, and one whose listing waits to be believed,
//! is missing, or was made something else by anything but that item. The store tells which these are, when a crawl
//! begins; what changes while it lasts is read by the next one.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::value::RawValue;

use crate::listing::RawItem;

/// Digests of a shop's items that need not be read.
#[derive(Debug, Default)]
pub struct Settled {
    /// In their order: a set would take three times the memory.
    digests: Vec<i64>,
}

impl Settled {
    /// Those of some digests.
    pub fn new(mut digests: Vec<i64>) -> Self {
        digests.sort_unstable();
        Self { digests }
    }

    fn holds(&self, digest: i64) -> bool {
        self.digests.binary_search(&digest).is_ok()
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
    /// Listings whose items are as they were.
    pub as_they_were: Vec<String>,
    /// All other items.
    pub unread: Vec<Box<RawValue>>,
}

/// Sorts a page's items. A listing that stands on it twice is read each time: it takes that to say which of both is
/// newer.
pub fn sort(items: Vec<RawItem>, settled: &Settled, rules_since: i64) -> Sorted {
    let mut times: HashMap<&str, u32> = HashMap::with_capacity(items.len());
    for id in items.iter().filter_map(|item| item.id.as_deref()) {
        *times.entry(id).or_default() += 1;
    }
    let stands_alone: Vec<bool> =
        items.iter().map(|item| item.id.as_deref().and_then(|id| times.get(id)) == Some(&1)).collect();
    let mut sorted = Sorted::default();
    for (RawItem { id, received }, stands_alone) in items.into_iter().zip(stands_alone) {
        match id {
            Some(id) if stands_alone && settled.holds(digest(rules_since, received.get())) => {
                sorted.as_they_were.push(id);
            }
            _ => sorted.unread.push(received),
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES_SINCE: i64 = 3;

    fn items(texts: &[&str]) -> Vec<RawItem> {
        texts.iter().map(|text| RawItem::new(serde_json::from_str(text).unwrap(), "id")).collect()
    }

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
        let settled =
            |texts: &[&str]| Settled::new(texts.iter().map(|text| digest(RULES_SINCE, text)).collect());
        let sorted = sort(items(&page), &settled(&page), RULES_SINCE);
        assert_eq!(sorted.as_they_were, ["1", "3"]);
        let unread: Vec<_> = sorted.unread.iter().map(|item| item.get()).collect();
        assert_eq!(unread, page[1..5]);

        let sorted = sort(items(&page), &settled(&page[..1]), RULES_SINCE);
        assert_eq!((sorted.as_they_were, sorted.unread.len()), (vec!["1".to_owned()], 5));
    }
}
