//! When a listing that is not seen any more is held to be gone.
//!
//! Shops lose pages, halves and all of their catalogue for an hour, and have it again. So a listing is gone only
//! once several complete crawls in a row have not seen it, and no more than a part of a shop is gone in an hour:
//! what is beyond that stays missing until the hour is over or a person has looked. A crawl that misses half of a
//! shop, or that met items which nobody can name, removes nothing at all: what it misses is missing, and no more.

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
            let row = Known { presence, version: moment.version_after(known.version), ..known };
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
        version: moment.version_after(known.version),
        held_price: None,
        older: None,
        is_released: false,
        ..known
    };
    let event = row.gone_event(moment);
    (row, event)
}

/// A shop's listings, as a complete full crawl leaves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How many are not gone.
    pub listings: i64,
    /// How many of those the crawl has not seen.
    pub missed: i64,
    /// How many went within an hour.
    pub gone_within_an_hour: i64,
}

/// How many listings of a shop may be gone now: none after a crawl that saw nothing, or missed half of the shop
/// and more than a single listing.
pub fn removable(tally: Tally) -> i64 {
    let Tally { listings, missed, gone_within_an_hour } = tally;
    let is_outage = missed >= listings || (missed > 1 && missed * 2 >= listings);
    if is_outage {
        return 0;
    }
    let most = ALWAYS_REMOVABLE.max((listings + gone_within_an_hour) / REMOVABLE_PARTS);
    (most - gone_within_an_hour).max(0)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    #[test]
    fn the_first_absence_is_told_and_the_later_ones_are_counted() {
        let (row, event) = missed(known(), &moment(8));
        assert_eq!(
            (row.version, row.presence),
            (VERSION + 1, Presence::Missing { since: moment(8).now, crawls: 1 })
        );
        let Some(ProductEvent::ListingChanged(event)) = event else { panic!("{event:?}") };
        assert_eq!((event.listing_version, event.missing_since), (VERSION + 1, Some(moment(8).now)));

        let (row, event) = missed(row, &moment(9));
        assert_eq!(
            (row.version, row.presence),
            (VERSION + 1, Presence::Missing { since: moment(8).now, crawls: 2 })
        );
        assert_eq!(event, None);
    }

    #[test]
    fn a_removed_listing_keeps_its_growing_version() {
        let (row, event) = removed(known(), &moment(8));
        assert_eq!((row.version, row.presence), (VERSION + 1, Presence::Gone));
        let ProductEvent::ListingGone(event) = event else { panic!("{event:?}") };
        assert_eq!((event.listing_id.as_str(), event.listing_version), ("1", VERSION + 1));
    }

    #[test]
    fn only_a_part_of_a_shop_is_gone_in_an_hour() {
        for (listings, missed, gone_within_an_hour, expected) in [
            (600, 30, 0, 30),
            (570, 30, 30, 0),
            (590, 30, 10, 20),
            (100, 1, 0, 20),
            (0, 0, 20, 0),
            (1_000_000, 1, 0, 50_000),
            (10, 1, 400, 0),
        ] {
            let tally = Tally { listings, missed, gone_within_an_hour };
            assert_eq!(removable(tally), expected, "{tally:?}");
        }
    }

    #[test]
    fn a_crawl_that_misses_half_of_a_shop_removes_nothing_and_a_single_deletion_is_believed() {
        for (listings, missed, is_believed) in [
            (30, 30, false),
            (30, 20, false),
            (30, 15, false),
            (30, 14, true),
            (3, 1, true),
            (2, 1, true),
            (1, 1, false),
        ] {
            let tally = Tally { listings, missed, gone_within_an_hour: 0 };
            assert_eq!(removable(tally) > 0, is_believed, "{tally:?}");
        }
    }
}
