//! Which prices are believed.
//!
//! A price far from the one before is more often a slip than an offer, and a wrong one would lead the list of
//! the cheapest cards. So it is held until a later crawl sees it again. Prices that are zero or less never get
//! here: they are no prices.

use chrono::{DateTime, Utc};
use events::Price;

use super::Moment;

/// A price that is this many times another, or less than such a part of it, is held.
const FAR_TIMES: i128 = 5;
/// A held price is seen again if it moved by no more than one part in this many.
const SAME_PARTS: i128 = 20;

/// A price that waits to be seen again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPrice {
    /// The price.
    pub price: Price,
    /// The crawl that saw it first.
    pub crawl: i64,
    /// When it was first seen; `None` if that was not noted.
    pub since: Option<DateTime<Utc>>,
}

/// Whether a price is believed: `None` if it is, otherwise what is to be held.
pub fn judge(
    known: &Price,
    held: Option<&HeldPrice>,
    seen: &Price,
    moment: &Moment<'_>,
) -> Option<HeldPrice> {
    if !is_far(known, seen) {
        return None;
    }
    match held {
        Some(held) if is_same(&held.price, seen) => (held.crawl >= moment.crawl).then(|| held.clone()),
        _ => Some(HeldPrice { price: seen.clone(), crawl: moment.crawl, since: Some(moment.now) }),
    }
}

fn is_far(known: &Price, seen: &Price) -> bool {
    let (known_minor, seen_minor) = (i128::from(known.amount_minor), i128::from(seen.amount_minor));
    known.currency != seen.currency
        || seen_minor > known_minor * FAR_TIMES
        || seen_minor * FAR_TIMES < known_minor
}

fn is_same(held: &Price, seen: &Price) -> bool {
    let (held_minor, seen_minor) = (i128::from(held.amount_minor), i128::from(seen.amount_minor));
    held.currency == seen.currency && (held_minor - seen_minor).abs() * SAME_PARTS <= held_minor
}

#[cfg(test)]
mod tests {
    use super::{super::tests::moment, *};

    fn usd(amount_minor: i64) -> Price {
        Price { amount_minor, currency: "USD".to_owned() }
    }

    #[test]
    fn a_price_far_from_the_known_one_is_held_until_a_later_crawl_sees_it_again() {
        let eur = Price { amount_minor: 10_000, currency: "EUR".to_owned() };
        let held = |price: &Price, crawl| {
            Some(HeldPrice { price: price.clone(), crawl, since: Some(moment(crawl).now) })
        };
        let cases = [
            ("near", None, usd(11_000), None),
            ("just five times", None, usd(50_000), None),
            ("just a fifth", None, usd(2_000), None),
            ("above five times", None, usd(50_001), held(&usd(50_001), 7)),
            ("below a fifth", None, usd(1_999), held(&usd(1_999), 7)),
            ("another currency", None, eur.clone(), held(&eur, 7)),
            ("seen again later", held(&usd(100_000), 6), usd(100_000), None),
            ("seen again later, moved a little", held(&usd(100_000), 6), usd(105_000), None),
            ("seen again later, moved much", held(&usd(100_000), 6), usd(105_001), held(&usd(105_001), 7)),
            ("seen again in the same crawl", held(&usd(100_000), 7), usd(100_000), held(&usd(100_000), 7)),
            ("another currency seen again", held(&eur, 6), eur.clone(), None),
            ("back to normal", held(&usd(100_000), 6), usd(10_500), None),
        ];
        for (case, held, seen, expected) in cases {
            assert_eq!(judge(&usd(10_000), held.as_ref(), &seen, &moment(7)), expected, "{case}");
        }
    }

    #[test]
    fn the_greatest_prices_do_not_overflow() {
        assert!(judge(&usd(i64::MAX), None, &usd(1), &moment(1)).is_some());
        assert!(judge(&usd(1), None, &usd(i64::MAX), &moment(1)).is_some());
    }
}
