//! Which slot a card gets while an index is built: cards of like prices get slots beside each other.
//!
//! A filter by price then lets cards through in some parts of all sets and in none of the others, which needn't be
//! read: in a large catalogue, reading memory is what counting takes its time for. It is a habit and no rule. Cards
//! that come later, or at another price, may be anywhere; so the more cards change, the more parts have to be read,
//! as all would be otherwise.

use crate::{cards::UNKNOWN_PRICE, slots::PART};

/// How many bands there are: as many as fill a part each where there are a million cards.
const BANDS: usize = 16;

/// Prices from one to another, and the slots for cards of such prices.
#[derive(Clone, Debug)]
struct Band {
    /// The lowest price.
    from: i64,
    /// The next slot; at the end of a part there is none.
    next: u32,
}

/// The bands of a catalogue. The first part takes any card, and its prices are where bands begin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bands {
    cut: Vec<Band>,
    /// Prices in the first part, while that is being filled.
    prices: Vec<i64>,
    /// How many parts are in use.
    parts: u32,
}

impl Bands {
    /// A slot for one more card.
    pub(crate) fn slot(&mut self, price: i64) -> u32 {
        if self.cut.is_empty() {
            let slot = u32::try_from(self.prices.len()).unwrap_or(u32::MAX);
            self.prices.push(price);
            if self.prices.len() == PART as usize {
                self.cut_at_prices();
            }
            return slot;
        }
        let number = self.cut.partition_point(|band| band.from <= price).saturating_sub(1);
        let band = &mut self.cut[number];
        if band.next.is_multiple_of(PART) {
            band.next = self.parts * PART;
            self.parts += 1;
        }
        band.next += 1;
        band.next - 1
    }

    /// Makes bands that have about as many cards each of those in the first part that have a price, and one for those
    /// without.
    fn cut_at_prices(&mut self) {
        let mut prices = std::mem::take(&mut self.prices);
        prices.retain(|price| *price != UNKNOWN_PRICE);
        prices.sort_unstable();
        let mut cuts: Vec<i64> =
            (0..BANDS).filter_map(|number| prices.get(number * prices.len() / BANDS).copied()).collect();
        cuts.push(UNKNOWN_PRICE);
        cuts.dedup();
        self.cut = cuts.into_iter().map(|from| Band { from, next: 0 }).collect();
        self.parts = 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_card_gets_a_slot_of_its_own_beside_those_of_like_prices() {
        check(|number| number % 5 == 0);
    }

    #[test]
    fn it_is_no_matter_that_most_of_the_first_cards_have_no_price() {
        check(|number| number < 65_000 && number % 50 > 0);
    }

    fn check(is_unknown: impl Fn(i64) -> bool) {
        let mut bands = Bands::default();
        // In an order that has nothing to do with prices.
        let price = |number| if is_unknown(number) { UNKNOWN_PRICE } else { number * 7_919 % 100_000 };
        let slots: Vec<(i64, u32)> =
            (0..300_000).map(price).map(|price| (price, bands.slot(price))).collect();
        assert_eq!(slots.iter().map(|(_, slot)| slot).collect::<HashSet<_>>().len(), slots.len());
        let (first, later) = slots.split_at(PART as usize);
        assert!(first.iter().zip(0..).all(|((_, slot), number)| *slot == number));
        for part in 1..bands.parts {
            let prices = later.iter().filter(|(_, slot)| slot / PART == part).map(|(price, _)| *price);
            let (min, max) =
                prices.fold((i64::MAX, i64::MIN), |(min, max), price| (min.min(price), max.max(price)));
            assert!(max == UNKNOWN_PRICE && min == max || max - min < 10_000, "{part}: {min} to {max}");
        }
        assert!(bands.parts <= 22, "{}", bands.parts);
    }
}
