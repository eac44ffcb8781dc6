//! Changes in the shops, made by us, so that we know every price that was ever true.
//!
//! A change raises a listing's price by one minor unit, and nothing else ever changes a price here. So the price
//! itself tells which change it is, and a reader who sees one fall has seen time go backwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, stream};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::picture::{ListingKey, Picture, Terms};
use crate::trouble::Trouble;

/// How many changes are on their way to the shops at once.
const AT_ONCE: usize = 16;
/// A flow of changes comes in portions, one in so long a time.
const PORTION_EVERY: Duration = Duration::from_millis(50);

/// The market: every listing's prices from the first to the last.
#[derive(Clone, Debug)]
pub(crate) struct Market {
    http: reqwest::Client,
    /// The address of the mock shops.
    shops: String,
    state: Arc<Mutex<State>>,
    /// Held while changes are on their way: of two to one listing, the shop must hear the later one last.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct State {
    listings: Vec<ListingKey>,
    prices: BTreeMap<ListingKey, Prices>,
    removed: BTreeSet<ListingKey>,
    dice: SmallRng,
}

/// A listing's prices in minor units: all from the first to the last were true, one after the other.
#[derive(Clone, Debug)]
struct Prices {
    first: i64,
    last: i64,
    currency: String,
}

impl Market {
    /// The market as it opens, when everything in it is as `truth` says.
    pub(crate) fn open(http: reqwest::Client, shops: String, truth: &Picture, seed: u64) -> Self {
        let opening = |terms: &Terms| Prices {
            first: terms.price_minor,
            last: terms.price_minor,
            currency: terms.currency.clone(),
        };
        let prices = truth.iter().map(|(key, terms)| (key.clone(), opening(terms)));
        let state = State {
            listings: truth.keys().cloned().collect(),
            prices: prices.collect(),
            removed: BTreeSet::new(),
            dice: SmallRng::seed_from_u64(seed),
        };
        Self { http, shops, state: Arc::new(Mutex::new(state)), turn: Arc::default() }
    }

    /// Whether a price was ever true; the error says what was.
    pub(crate) fn was_true(&self, listing: &ListingKey, terms: &Terms) -> Result<(), String> {
        match self.state().prices.get(listing) {
            Some(prices)
                if (prices.first..=prices.last).contains(&terms.price_minor)
                    && prices.currency == terms.currency =>
            {
                Ok(())
            }
            Some(Prices { first, last, currency }) => Err(format!(
                "{listing:?} was served at {} {}, and its prices went from {first} to {last} {currency}",
                terms.price_minor, terms.currency
            )),
            None => Err(format!("{listing:?} was served, and no shop ever offered it")),
        }
    }

    /// The price that a listing has now, in minor units.
    pub(crate) fn price_now(&self, listing: &ListingKey) -> Option<i64> {
        self.state().prices.get(listing).map(|prices| prices.last)
    }

    /// All listings that are on offer.
    pub(crate) fn all(&self) -> Vec<ListingKey> {
        self.state().listings.clone()
    }

    /// Some listings of a shop, at random.
    pub(crate) fn some_of(&self, shop: &str, count: usize) -> Vec<ListingKey> {
        let mut state = self.state();
        let mut all: Vec<ListingKey> = state.listings.iter().filter(|(of, _)| of == shop).cloned().collect();
        let count = count.min(all.len());
        for place in 0..count {
            let other = state.dice.random_range(place..all.len());
            all.swap(place, other);
        }
        all.truncate(count);
        all
    }

    /// Changes so many listings, chosen at random.
    pub(crate) async fn change(&self, count: usize) -> Result<(), Trouble> {
        let raised: Vec<ListingKey> = (0..count).filter_map(|_| self.state().pick()).collect();
        self.raise(raised).await
    }

    /// Raises the prices of these listings.
    pub(crate) async fn raise(&self, listings: Vec<ListingKey>) -> Result<(), Trouble> {
        let _turn = self.turn.lock().await;
        let listings = BTreeSet::from_iter(listings);
        let raised: Vec<(ListingKey, i64)> = {
            let mut state = self.state();
            // Noted before it is so: it may be served before we hear that it was done.
            listings.into_iter().filter_map(|key| state.raise(&key).map(|price| (key, price))).collect()
        };
        self.set_prices(raised).await
    }

    /// Has a shop say a price that it never means to be true; it is made good by [`Market::restore_price`].
    pub(crate) async fn pretend_price(&self, listing: &ListingKey, price_minor: i64) -> Result<(), Trouble> {
        let _turn = self.turn.lock().await;
        self.set_prices(vec![(listing.clone(), price_minor)]).await
    }

    /// Has a shop say the true price again.
    pub(crate) async fn restore_price(&self, listing: &ListingKey) -> Result<(), Trouble> {
        let _turn = self.turn.lock().await;
        let true_price = self.price_now(listing).map(|price| (listing.clone(), price));
        self.set_prices(true_price.into_iter().collect()).await
    }

    /// Takes listings away for good.
    pub(crate) async fn remove(&self, listings: &[ListingKey]) -> Result<(), Trouble> {
        for key in listings {
            {
                let mut state = self.state();
                state.removed.insert(key.clone());
                state.listings.retain(|other| other != key);
            }
            self.http.delete(self.url(key)).send().await?.error_for_status()?;
        }
        Ok(())
    }

    /// Makes all changes again, in shops that have forgotten them.
    pub(crate) async fn replay(&self) -> Result<(), Trouble> {
        let _turn = self.turn.lock().await;
        let (changed, removed) = {
            let state = self.state();
            let changed = state.prices.iter().filter(|(_, prices)| prices.first != prices.last);
            let changed: Vec<_> = changed
                .filter(|(key, _)| !state.removed.contains(*key))
                .map(|(key, prices)| (key.clone(), prices.last))
                .collect();
            (changed, state.removed.clone())
        };
        for key in removed {
            self.http.delete(self.url(&key)).send().await?.error_for_status()?;
        }
        self.set_prices(changed).await
    }

    /// Changes so many listings a second until it is told to stop. A shop that can't be asked is asked again.
    pub(crate) fn flow(&self, per_second: f64) -> Flow {
        let market = self.clone();
        let stop = CancellationToken::new();
        let changes = Arc::new(AtomicU64::new(0));
        let (stopped, counted) = (stop.clone(), Arc::clone(&changes));
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(PORTION_EVERY);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut due = 0.0;
            while !stopped.is_cancelled() {
                ticks.tick().await;
                due += per_second * PORTION_EVERY.as_secs_f64();
                while due >= 1.0 {
                    let portion = due.min(100.0);
                    due -= portion.floor();
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "from 1 to 100"
                    )]
                    let portion = portion as usize;
                    // What was noted and could not be made is made by the replay once the shop is back.
                    let made = market.change(portion).await.map_or(0, |()| portion as u64);
                    counted.fetch_add(made, Ordering::Relaxed);
                }
            }
        });
        Flow { stop, changes, task }
    }

    async fn set_prices(&self, prices: Vec<(ListingKey, i64)>) -> Result<(), Trouble> {
        let setting = stream::iter(prices).map(|(key, price_minor)| {
            let asked = self.http.patch(self.url(&key)).json(&json!({ "price_minor": price_minor }));
            async move { asked.send().await?.error_for_status() }
        });
        let mut setting = setting.buffer_unordered(AT_ONCE);
        let mut failed = None;
        while let Some(done) = setting.next().await {
            failed = failed.or(done.err());
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    fn url(&self, (shop, id): &ListingKey) -> String {
        format!("{}/_mock/listings/{shop}/{id}", self.shops)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pick(&mut self) -> Option<ListingKey> {
        if self.listings.is_empty() {
            return None;
        }
        let place = self.dice.random_range(0..self.listings.len());
        Some(self.listings[place].clone())
    }

    fn raise(&mut self, key: &ListingKey) -> Option<i64> {
        let prices = self.prices.get_mut(key)?;
        prices.last += 1;
        Some(prices.last)
    }
}

/// Changes that go on by themselves.
#[derive(Debug)]
pub(crate) struct Flow {
    stop: CancellationToken,
    changes: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Flow {
    /// How many changes were made so far.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Ends it, and says how many changes there were.
    pub(crate) async fn end(self) -> Result<u64, Trouble> {
        self.stop.cancel();
        self.task.await?;
        Ok(self.changes.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_from_the_first_to_the_last_was_true_and_no_other() {
        let key = ("netvideo".to_owned(), "1".to_owned());
        let terms =
            Terms { price_minor: 500, currency: "USD".to_owned(), availability: "in_stock".to_owned() };
        let truth = Picture::from([(key.clone(), terms.clone())]);
        rustls::crypto::ring::default_provider().install_default().ok();
        let market = Market::open(reqwest::Client::new(), String::new(), &truth, 1);
        assert_eq!(market.state().raise(&key), Some(501));
        assert_eq!(market.state().raise(&key), Some(502));
        let cases = [
            (499, "USD", false),
            (500, "USD", true),
            (501, "USD", true),
            (502, "USD", true),
            (502, "EUR", false),
            (503, "USD", false),
        ];
        for (price_minor, currency, expected) in cases {
            let terms = Terms { price_minor, currency: currency.to_owned(), ..terms.clone() };
            assert_eq!(market.was_true(&key, &terms).is_ok(), expected, "{terms:?}");
        }
        assert!(market.was_true(&("netvideo".to_owned(), "2".to_owned()), &terms).is_err());
    }
}
