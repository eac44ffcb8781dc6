//! What was known and what a crawl saw make what is known now, and an event where that is news.
//!
//! All of it is pure: no clock, no store. The order of things is the order in which the collector sees them;
//! a shop's clock can be wrong, or an old copy of the shop can answer, so it never decides what is newer. It
//! only makes a listing wait whose own change time goes back.

pub mod absence;
pub mod again;
mod known;
pub mod number;
pub mod page;
pub mod price;
pub mod replay;

use chrono::{DateTime, Utc};
use events::{Listing, ProductEvent};

pub use known::{Known, NewVersion, Older, Presence};

/// A listing whose own change time goes back is believed once so many crawls in a row have seen it so.
const CRAWLS_UNTIL_OLDER_IS_BELIEVED: u32 = 3;

/// Where and when something is seen.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The shop's slug.
    pub shop: &'a str,
    /// The crawl.
    pub crawl: i64,
    /// The collector's clock.
    pub now: DateTime<Utc>,
}

impl Moment<'_> {
    /// The version of a listing that changes now and had this one; 0: it is new.
    fn version_after(&self, version: i64) -> i64 {
        number::after(version, self.now)
    }
}

/// What follows from a listing being seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What is known now.
    pub known: Known,
    /// The version that was known, if any was.
    pub version_before: Option<i64>,
    /// Whether more than the last sighting is different.
    pub is_different: bool,
    /// Whether all that was read is what is known now.
    pub is_taken: bool,
    /// What is to be told.
    pub event: Option<ProductEvent>,
}

/// A crawl has seen a listing.
pub fn seen(known: Option<Known>, id: &str, listing: Listing, moment: &Moment<'_>) -> Decision {
    let Some(before) = known else {
        let known = Known {
            id: id.to_owned(),
            version: moment.version_after(0),
            presence: Presence::Present,
            listing,
            last_seen_crawl: moment.crawl,
            held_price: None,
            older: None,
            is_released: false,
        };
        let event = Some(known.changed_event(moment));
        return Decision { known, version_before: None, is_different: true, is_taken: true, event };
    };
    let mut after = Known {
        presence: Presence::Present,
        last_seen_crawl: moment.crawl,
        is_released: false,
        ..before.clone()
    };
    let is_held = before.held_price.is_some() || before.older.is_some();
    if before.is_released && is_held {
        after = Known { listing, held_price: None, older: None, ..after };
        return Decision { is_taken: true, ..conclude(before, after, moment) };
    }
    let mut is_taken = false;
    match belief(&before, &listing, moment) {
        Belief::Now => {
            after.older = None;
            after.held_price =
                price::judge(&before.listing.price, before.held_price.as_ref(), &listing.price, moment);
            let price =
                if after.held_price.is_some() { before.listing.price.clone() } else { listing.price.clone() };
            after.listing = Listing { price, ..listing };
            is_taken = after.held_price.is_none();
        }
        Belief::Later(older) => after.older = Some(older),
        Belief::Never => {}
    }
    Decision { is_taken, ..conclude(before, after, moment) }
}

/// A listing was seen of which nothing new could be read: it is in the shop, and says what it said.
pub fn seen_unreadable(before: Known, moment: &Moment<'_>) -> Decision {
    let after = Known { presence: Presence::Present, last_seen_crawl: moment.crawl, ..before.clone() };
    conclude(before, after, moment)
}

fn conclude(before: Known, mut after: Known, moment: &Moment<'_>) -> Decision {
    let is_news = before.presence != Presence::Present || !says_the_same(&before.listing, &after.listing);
    if is_news {
        after.version = moment.version_after(before.version);
    }
    let event = is_news.then(|| after.changed_event(moment));
    let version_before = Some(before.version);
    let is_different = after != Known { last_seen_crawl: moment.crawl, ..before };
    Decision { known: after, version_before, is_different, is_taken: false, event }
}

/// Whether a listing is believed although its own change time may have gone back.
enum Belief {
    Now,
    Later(Older),
    Never,
}

fn belief(before: &Known, listing: &Listing, moment: &Moment<'_>) -> Belief {
    if listing.shop_updated_at >= before.listing.shop_updated_at {
        return Belief::Now;
    }
    let older = match before.older {
        Some(older) if older.last_crawl == moment.crawl => return Belief::Later(older),
        // The same crawl has already seen it as it is now: this is a copy that has stayed behind.
        None if before.last_seen_crawl == moment.crawl => return Belief::Never,
        Some(older) => Older { crawls: older.crawls.saturating_add(1), ..older },
        None => Older { crawls: 1, last_crawl: moment.crawl, since: Some(moment.now), updated_at: None },
    };
    let older = Older { last_crawl: moment.crawl, updated_at: Some(listing.shop_updated_at), ..older };
    if older.crawls >= CRAWLS_UNTIL_OLDER_IS_BELIEVED { Belief::Now } else { Belief::Later(older) }
}

/// Whether two listings say the same; when the shop says that it changed is for people, and no news by itself.
fn says_the_same(before: &Listing, after: &Listing) -> bool {
    *after == Listing { shop_updated_at: after.shop_updated_at, ..before.clone() }
}

#[cfg(test)]
pub(crate) mod tests {
    use events::{Availability, Interfaces, Price, Specs};

    use super::{price::HeldPrice, *};

    pub(crate) fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_763_633_520 + second, 0).unwrap()
    }

    pub(crate) fn moment(crawl: i64) -> Moment<'static> {
        Moment { shop: "netvideo", crawl, now: at(1_000 + crawl) }
    }

    pub(crate) fn listing() -> Listing {
        Listing {
            title: "ASUS TUF RTX 4070".to_owned(),
            url: "https://netvideo.example/1".to_owned(),
            brand: None,
            gpu: None,
            mpns: Vec::new(),
            gtins: Vec::new(),
            price: Price { amount_minor: 64_999, currency: "USD".to_owned() },
            availability: Availability::InStock,
            stock: Some(3),
            images: Vec::new(),
            specs: Specs::default(),
            interfaces: Interfaces::default(),
            technologies: None,
            shop_updated_at: at(0),
        }
    }

    /// A version ahead of the clock: the next one is one higher.
    pub(crate) const VERSION: i64 = 1 << 52;

    pub(crate) fn known() -> Known {
        Known {
            id: "1".to_owned(),
            version: VERSION,
            presence: Presence::Present,
            listing: listing(),
            last_seen_crawl: 6,
            held_price: None,
            older: None,
            is_released: false,
        }
    }

    pub(crate) fn older() -> Older {
        Older { crawls: 1, last_crawl: 6, since: None, updated_at: None }
    }

    fn priced(amount_minor: i64, updated: i64) -> Listing {
        let price = Price { amount_minor, currency: "USD".to_owned() };
        Listing { price, shop_updated_at: at(updated), ..listing() }
    }

    fn see(known: Known, listing: Listing, crawl: i64) -> Decision {
        seen(Some(known), "1", listing, &moment(crawl))
    }

    #[test]
    fn a_new_listing_is_told_under_a_version_of_the_clock() {
        let decision = seen(None, "1", listing(), &moment(1));
        assert_eq!(decision.known.version, number::after(0, moment(1).now));
        assert!(
            matches!(decision.event, Some(ProductEvent::ListingChanged(event)) if event.listing == listing())
        );
    }

    #[test]
    fn only_news_is_told() {
        let updated = Listing { shop_updated_at: at(9), ..listing() };
        let cheaper = priced(60_000, 9);
        let missing = Known { presence: Presence::Missing { since: at(1), crawls: 2 }, ..known() };
        let gone = Known { presence: Presence::Gone, ..known() };
        let cases = [
            ("nothing new", known(), listing(), false, false),
            ("only the shop's change time", known(), updated, true, false),
            ("another price", known(), cheaper, true, true),
            ("missing and there again", missing, listing(), true, true),
            ("gone and there again", gone, listing(), true, true),
        ];
        for (case, before, listing, is_different, is_told) in cases {
            let decision = see(before, listing, 7);
            assert_eq!((decision.is_different, decision.event.is_some()), (is_different, is_told), "{case}");
            assert_eq!(decision.known.version, VERSION + i64::from(is_told), "{case}");
            assert_eq!(
                (decision.known.presence, decision.known.last_seen_crawl),
                (Presence::Present, 7),
                "{case}"
            );
        }
    }

    #[test]
    fn a_far_price_is_held_while_the_rest_is_applied() {
        let seen = Listing { stock: Some(9), ..priced(649_990, 1) };
        let first = see(known(), seen.clone(), 7);
        assert_eq!((first.known.listing.price.amount_minor, first.known.listing.stock), (64_999, Some(9)));
        assert!(first.known.held_price.is_some());
        let second = see(first.known, seen, 8);
        assert_eq!((second.known.listing.price.amount_minor, second.known.held_price), (649_990, None));
        assert!(second.event.is_some());
    }

    #[test]
    fn a_change_time_that_goes_back_is_believed_after_three_crawls_in_a_row() {
        let old = priced(50_000, -60);
        let first = see(known(), old.clone(), 7).known;
        let again = see(first.clone(), old.clone(), 7).known;
        assert_eq!(again, first, "one crawl counts once");
        let second = see(first.clone(), old.clone(), 8).known;
        assert_eq!((second.listing.price.amount_minor, second.version), (64_999, VERSION));
        let third = see(second, old.clone(), 9);
        assert_eq!((third.known.listing, third.known.older), (old.clone(), None));
        assert!(third.event.is_some());

        let fresh = see(first, listing(), 8).known;
        assert_eq!(fresh.older, None, "what is not in a row starts anew");
    }

    #[test]
    fn what_a_person_released_is_believed_once_whatever_it_says() {
        let before = see(known(), priced(649_990, 0), 7).known;
        let released = Known { is_released: true, ..before };
        let decision = see(released, priced(6, -60), 8);
        assert_eq!((decision.known.listing.price.amount_minor, decision.known.version), (6, VERSION + 1));
        assert_eq!((decision.known.held_price.clone(), decision.known.older), (None, None));
        let after = see(decision.known, priced(64_999, -60), 9).known;
        assert!(after.held_price.is_some(), "the rules hold again");
    }

    #[test]
    fn a_copy_that_stayed_behind_changes_nothing_in_the_crawl_that_saw_the_newer_one() {
        let before = see(known(), priced(60_000, 5), 7).known;
        let decision = see(before.clone(), priced(50_000, 0), 7);
        assert_eq!((decision.known, decision.is_different, decision.event), (before, false, None));
    }

    #[test]
    fn an_unreadable_listing_counts_as_seen_and_stays_as_it_was() {
        let held =
            HeldPrice { price: Price { amount_minor: 9, currency: "USD".to_owned() }, crawl: 6, since: None };
        let before = Known { held_price: Some(held), ..known() };
        let decision = seen_unreadable(before.clone(), &moment(7));
        let expected = Known { last_seen_crawl: 7, ..before };
        assert_eq!(
            decision,
            Decision {
                known: expected,
                version_before: Some(VERSION),
                is_different: false,
                is_taken: false,
                event: None
            }
        );
    }
}
