//! Prices and stock that change by themselves while the shops run. One change is a pure step from dice; the
//! loop around it keeps the pace.

use std::{sync::Arc, time::Duration};

use crate::{
    dice::{Dice, Purpose},
    ledger::{Glitch, Ledger},
    listings::{self, Availability, Listing},
    mess::Mess,
    products::Products,
    shop::Shop,
    world::{self, World},
};

/// Changes are made in so many portions a second at most.
const FASTEST_PACE: Duration = Duration::from_millis(50);
/// Of ten thousand changes, so many are a wrong price that lasts a few seconds.
const GLITCHES: u32 = 35;
/// How long a wrong price lasts.
const GLITCH_SECONDS: u32 = 6;
/// Of ten thousand changes, so many are of stock or availability; the others are of prices.
const STOCK_CHANGES: u32 = 2_000;
/// How often a listing is looked for that can change, before a step is given up.
const ATTEMPTS: u32 = 20;

/// Changes listings at that rate (a second, in both shops together) until the server stops.
pub(crate) async fn run(world: Arc<World>, rate: f64) {
    if rate <= 0.0 {
        return;
    }
    let pace = Duration::from_secs_f64((1.0 / rate).min(1.0)).max(FASTEST_PACE);
    let mut ticks = tokio::time::interval(pace);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut dice = Dice::new(world.products.seed(), Purpose::Drift, 0);
    let mut due = 0.0;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = world.stopping.cancelled() => return,
        }
        let now = world::now();
        for shop in Shop::ALL {
            world.ledger_mut(shop).end_glitches(now);
        }
        due += rate * pace.as_secs_f64();
        while due >= 1.0 {
            due -= 1.0;
            let shop = *dice.pick(&Shop::ALL);
            step(&world.products, &mut world.ledger_mut(shop), &mut dice, now);
        }
    }
}

/// Makes one change in a shop.
fn step(products: &Products, ledger: &mut Ledger, dice: &mut Dice, now: u32) {
    let sound = |ledger: &Ledger, number: u32| {
        let listing = ledger.listing(number);
        !ledger.is_removed(number) && listing.price_minor > 0 && !listing.messes.has(Mess::Malformed)
    };
    let chosen = (0..ATTEMPTS).map(|_| dice.below(ledger.len())).find(|number| sound(ledger, *number));
    let Some(number) = chosen.filter(|_| ledger.len() > 0) else {
        return;
    };
    if dice.hits(GLITCHES) {
        let price_minor = ledger.listing(number).price_minor;
        let shown_minor = *dice.pick(&[0, -price_minor, price_minor.saturating_mul(10)]);
        ledger.glitch(number, now, Glitch { shown_minor, until: now.saturating_add(GLITCH_SECONDS) });
    } else if dice.hits(STOCK_CHANGES) {
        let shop = ledger.shop();
        ledger.change(number, now, |listing| change_stock(listing, shop, dice));
    } else {
        let usual_minor = products.facts(ledger.listing(number).product).usual_price_minor();
        ledger.change(number, now, |listing| {
            listing.price_minor = next_price_minor(listing.price_minor, usual_minor, dice);
        });
    }
}

/// A price a few percent up or down, never the same; one that has strayed far comes back.
fn next_price_minor(price_minor: i64, usual_minor: i64, dice: &mut Dice) -> i64 {
    let step = i64::from(5 + dice.below(40));
    let up = if price_minor > usual_minor * 115 / 100 {
        false
    } else if price_minor < usual_minor * 80 / 100 {
        true
    } else {
        dice.hits(4_800)
    };
    let sign = if up { 1 } else { -1 };
    let next = listings::psychological(price_minor.saturating_add(price_minor / 1_000 * step * sign));
    if next == price_minor { price_minor.saturating_add(100) } else { next }
}

fn change_stock(listing: &mut Listing, shop: Shop, dice: &mut Dice) {
    match shop {
        Shop::NetVideo => {
            listing.stock = match listing.stock {
                0 => 1 + dice.below(25),
                stock if dice.hits(7_500) => stock - 1 - dice.below(stock),
                stock => stock + 1 + dice.below(10),
            };
            listing.availability = listings::stock_availability(listing.stock);
        }
        Shop::CountryLink => {
            let was = listing.availability;
            let others = [Availability::InStock, Availability::OnOrder, Availability::OutOfStock];
            while listing.availability == was {
                listing.availability = *dice.pick(&others);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn each_step_changes_one_sound_listing_and_the_shop_s_clock_never_goes_back() {
        let products = Products::generate(Catalogue::embedded().unwrap(), 1, 200);
        for shop in Shop::ALL {
            let mut ledger = Ledger::open(&products, shop);
            let mut dice = Dice::new(1, Purpose::Drift, 0);
            let mut newest = 0;
            for round in 0..3_000 {
                let before: Vec<Listing> = (0..ledger.len()).map(|number| *ledger.listing(number)).collect();
                let now = 2_000_000_000 - round % 7;
                step(&products, &mut ledger, &mut dice, now);
                let row = ledger.order().nth(ledger.order().len() - 1).unwrap();
                let number = ledger.listing_in_row(row);
                let after = ledger.listing(number);
                assert!(after.changed_at >= newest);
                newest = after.changed_at;
                let same = |one: &Listing, other: &Listing| {
                    (one.price_minor, one.stock, one.availability)
                        == (other.price_minor, other.stock, other.availability)
                };
                assert!(!same(&before[number as usize], after) || ledger.is_glitching(number));
                let changed =
                    (0..ledger.len()).filter(|other| !same(&before[*other as usize], ledger.listing(*other)));
                assert!(changed.count() <= 1);
                let usual_minor = products.facts(after.product).usual_price_minor();
                let ratio = after.price_minor * 100 / usual_minor;
                assert!(
                    after.price_minor <= 0 || (70..=125).contains(&ratio),
                    "{ratio} % of the usual price"
                );
            }
        }
    }

    #[test]
    fn a_wrong_price_is_shown_for_a_while_and_the_truth_keeps_the_right_one() {
        let products = Products::generate(Catalogue::embedded().unwrap(), 1, 50);
        let mut ledger = Ledger::open(&products, Shop::NetVideo);
        let right = ledger.listing(3).price_minor;
        ledger.glitch(3, 2_000_000_000, Glitch { shown_minor: right * 10, until: 2_000_000_006 });
        assert_eq!((ledger.shown_price_minor(3), ledger.listing(3).price_minor), (right * 10, right));
        ledger.end_glitches(2_000_000_005);
        assert!(ledger.is_glitching(3));
        ledger.end_glitches(2_000_000_006);
        assert_eq!(ledger.shown_price_minor(3), right);
        assert_eq!(ledger.listing(3).changed_at, 2_000_000_006);
    }
}
