//! When a listing that is not seen any more is held to be gone.
//!
//! Shops lose pages, halves and all of their catalogue for an hour, and have it again. So a listing is gone only
//! once several complete crawls in a row have not seen it, and no more than a part of a shop is gone in an hour:
//! what is beyond that stays missing until the hour is over or a person has looked.

use super::{Known, Moment, Presence};
use events::ProductEvent;

/// How many complete crawls in a row must miss a listing.
pub const CRAWLS_UNTIL_GONE: u32 = 3;
/// So many may always be gone in an hour, however small the shop.
const ALWAYS_REMOVABLE: i64 = 20;
/// One part in so many of a shop may be gone in an hour.
const REMOVABLE_PARTS: i64 = 20;

/// A complete crawl has not seen the listing. An event says so the first time.
pub fn missed(known: Known, moment: &Moment<'_>) -> (Known, Option<ProductEvent>) {
    match known.presence {
        Presence::Present => {
            let presence = Presence::Missing { since: moment.now, crawls: 1 };
            let row = Known { presence, version: known.version + 1, ..known };
            let event = row.changed_event(moment);
            (row, Some(event))
        }
        Presence::Missing { since, crawls } => {
            (Known { presence: Presence::Missing { since, crawls: crawls.saturating_add(1) }, ..known }, None)
        }
        Presence::Gone => (known, None),
    }
}

/// The listing is gone.
pub fn removed(known: Known, moment: &Moment<'_>) -> (Known, ProductEvent) {
    let row = Known {
        presence: Presence::Gone,
        version: known.version + 1,
        held_price: None,
        older: None,
        ..known
    };
    let event = row.gone_event(moment);
    (row, event)
}

/// How many more listings of a shop may be gone now, given how many it has and how many went within an hour.
pub fn removable(listings: i64, gone_within_an_hour: i64) -> i64 {
    let most = ALWAYS_REMOVABLE.max((listings + gone_within_an_hour) / REMOVABLE_PARTS);
    (most - gone_within_an_hour).max(0)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    #[test]
    fn the_first_absence_is_told_and_the_later_ones_are_counted() {
        let (row, event) = missed(known(), &moment(8));
        assert_eq!((row.version, row.presence), (4, Presence::Missing { since: moment(8).now, crawls: 1 }));
        let Some(ProductEvent::ListingChanged(event)) = event else { panic!("{event:?}") };
        assert_eq!((event.listing_version, event.missing_since), (4, Some(moment(8).now)));

        let (row, event) = missed(row, &moment(9));
        assert_eq!((row.version, row.presence), (4, Presence::Missing { since: moment(8).now, crawls: 2 }));
        assert_eq!(event, None);
    }

    #[test]
    fn a_removed_listing_keeps_its_growing_version() {
        let (row, event) = removed(known(), &moment(8));
        assert_eq!((row.version, row.presence), (4, Presence::Gone));
        let ProductEvent::ListingGone(event) = event else { panic!("{event:?}") };
        assert_eq!((event.listing_id.as_str(), event.listing_version), ("1", 4));
    }

    #[test]
    fn only_a_part_of_a_shop_is_gone_in_an_hour() {
        for (listings, gone, expected) in [
            (600, 0, 30),
            (570, 30, 0),
            (590, 10, 20),
            (100, 0, 20),
            (0, 20, 0),
            (5, 0, 20),
            (1_000_000, 0, 50_000),
            (10, 400, 0),
        ] {
            assert_eq!(removable(listings, gone), expected, "{listings} {gone}");
        }
    }
}
