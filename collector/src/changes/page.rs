//! What follows from a whole page: what is written, what is only touched, what is told, what is refused.

use std::collections::{BTreeMap, HashMap, HashSet};

use events::ProductEvent;

use super::{Decision, Known, Moment, NewVersion, seen, seen_unreadable};
use crate::{
    listing::{Item, Items},
    reject::Reject,
};

/// What follows from a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Listings of which something is different, each once.
    pub different: Vec<Known>,
    /// The versions that listings have got, each listing once.
    pub versions: Vec<NewVersion>,
    /// Listings that were seen and are as they were, each once.
    pub unchanged: Vec<String>,
    /// What the shop sent of each readable listing.
    pub received: Vec<Received>,
    /// What is to be told.
    pub events: Vec<ProductEvent>,
    /// What was refused, each once.
    pub rejects: Vec<Reject>,
    /// How many items could be any listing.
    pub unidentified: usize,
}

/// What the shop sent of a listing that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The listing.
    pub listing_id: String,
    /// The item.
    pub item: String,
    /// Whether every word of it could be read, and is what is known now.
    pub is_settled: bool,
}

/// The identifiers that a page holds, of readable listings and of others.
pub fn ids(items: &Items) -> Vec<String> {
    let sound = items.sound.iter().map(|item| &item.id);
    let refused = items.refused.iter().filter_map(|item| item.id.as_ref());
    let mut told = HashSet::new();
    sound.chain(refused).filter(|id| told.insert(id.as_str())).cloned().collect()
}

/// Decides on a page, given what is known of its listings.
pub fn decide(known: Vec<Known>, items: Items, moment: &Moment<'_>) -> Outcome {
    let mut known: HashMap<String, Known> =
        known.into_iter().map(|known| (known.id.clone(), known)).collect();
    let unidentified = items.refused.iter().filter(|item| item.id.is_none()).count();
    let mut outcome = Outcome { rejects: rejects(&items), unidentified, ..Outcome::default() };
    let mut decided = HashSet::new();
    for item in newest_of_each(items.sound) {
        decided.insert(item.id.clone());
        let decision = seen(known.remove(&item.id), &item.id, item.listing, moment);
        let is_settled = decision.is_taken && item.troubles.is_empty();
        outcome.received.push(Received { listing_id: item.id, item: item.received, is_settled });
        outcome.add(decision);
    }
    for id in items.refused.into_iter().filter_map(|item| item.id) {
        // One that nobody has ever read has nothing that it could go on saying.
        let Some(before) = known.remove(&id).filter(|_| !decided.contains(&id)) else { continue };
        outcome.add(seen_unreadable(before, moment));
    }
    outcome
}

impl Outcome {
    fn add(&mut self, decision: Decision) {
        self.events.extend(decision.event);
        self.versions.extend(decision.known.version_since(decision.version_before));
        if decision.is_different {
            self.different.push(decision.known);
        } else {
            self.unchanged.push(decision.known.id);
        }
    }
}

/// Each listing once: the one that changed last by the shop's own word, else the later one on the page.
fn newest_of_each(items: Vec<Item>) -> Vec<Item> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(items.len());
    let mut newest: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        match places.get(&item.id).copied() {
            Some(place) if newest[place].listing.shop_updated_at <= item.listing.shop_updated_at => {
                newest[place] = item;
            }
            Some(_) => {}
            None => {
                places.insert(item.id.clone(), newest.len());
                newest.push(item);
            }
        }
    }
    newest
}

fn rejects(items: &Items) -> Vec<Reject> {
    let refused = items.refused.iter().map(Reject::of_item);
    let fields = items
        .sound
        .iter()
        .flat_map(|item| item.troubles.iter().map(|trouble| Reject::of_field(&item.id, trouble)));
    let unique: BTreeMap<_, _> = refused.chain(fields).map(|reject| (reject.key(), reject)).collect();
    unique.into_values().collect()
}

#[cfg(test)]
mod tests {
    use events::{Listing, Price};

    use super::{
        super::{
            price::HeldPrice,
            tests::{at, known, listing, moment},
        },
        *,
    };
    use crate::{
        listing::{RefusedItem, Trouble},
        reading::Unreadable,
    };

    fn item(id: &str, stock: u32, updated: i64) -> Item {
        let listing = Listing { stock: Some(stock), shop_updated_at: at(updated), ..listing() };
        Item { id: id.to_owned(), listing, troubles: Vec::new(), received: format!("{{\"stock\":{stock}}}") }
    }

    fn refused(id: Option<&str>) -> RefusedItem {
        let trouble = Trouble { field: "price", reason: Unreadable::NotAboveZero, text: "0".to_owned() };
        RefusedItem { id: id.map(str::to_owned), trouble, received: "{}".to_owned() }
    }

    #[test]
    fn a_listing_that_stands_twice_on_a_page_counts_once() {
        let items =
            Items { sound: vec![item("1", 5, 9), item("2", 1, 0), item("1", 4, 3)], refused: Vec::new() };
        let outcome = decide(Vec::new(), items, &moment(1));
        let stocks: Vec<_> =
            outcome.different.iter().map(|known| (known.id.as_str(), known.listing.stock)).collect();
        assert_eq!(stocks, [("1", Some(5)), ("2", Some(1))]);
        assert_eq!((outcome.events.len(), outcome.received.len()), (2, 2));
    }

    #[test]
    fn a_refused_item_keeps_its_listing_and_harms_no_neighbour() {
        let items = Items {
            sound: vec![item("2", 1, 0)],
            refused: vec![refused(Some("1")), refused(Some("9")), refused(None)],
        };
        assert_eq!(ids(&items), ["2", "1", "9"]);
        let outcome = decide(vec![known()], items, &moment(7));
        assert_eq!(outcome.unchanged, ["1"]);
        assert_eq!(outcome.different.len(), 1);
        let rejected: Vec<_> = outcome.rejects.iter().map(|reject| reject.listing_id.as_str()).collect();
        assert_eq!(rejected, ["", "1", "9"]);
        assert_eq!(outcome.unidentified, 1);
    }

    #[test]
    fn a_listing_is_settled_only_where_all_of_its_item_was_read_and_is_what_is_known() {
        let trouble = Trouble { field: "ean", reason: Unreadable::NotABarcode, text: "?".to_owned() };
        let far = Price { amount_minor: 1, currency: "USD".to_owned() };
        let far = Item { listing: Listing { price: far, ..listing() }, ..item("1", 3, 0) };
        let cases = [
            ("a new one", None, item("1", 3, 0), true),
            ("the same", Some(known()), item("1", 3, 0), true),
            ("another stock", Some(known()), item("1", 9, 1), true),
            ("with trouble", Some(known()), Item { troubles: vec![trouble], ..item("1", 3, 0) }, false),
            ("a far price", Some(known()), far.clone(), false),
            ("a far price that a person believes", Some(released()), far, true),
            ("an older one", Some(known()), item("1", 3, -1), false),
        ];
        for (case, known, item, is_settled) in cases {
            let received = item.received.clone();
            let items = Items { sound: vec![item], refused: Vec::new() };
            let outcome = decide(known.into_iter().collect(), items, &moment(7));
            let expected = Received { listing_id: "1".to_owned(), item: received, is_settled };
            assert_eq!(outcome.received, [expected], "{case}");
        }
    }

    /// A listing whose price waits, which a person believes.
    fn released() -> Known {
        let price = Price { amount_minor: 2, currency: "USD".to_owned() };
        let held_price = Some(HeldPrice { price, crawl: 6, since: None });
        Known { held_price, is_released: true, ..known() }
    }
}
