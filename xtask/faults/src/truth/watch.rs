//! Readers who look at everything all the time while a fault goes on, and notice what must never be: a price that was
//! never true, or one that goes back.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{
    market::Market,
    picture::{ListingKey, Offered, Page},
    tally::Tally,
};
use crate::{
    report::{Report, Speed},
    trouble::Trouble,
    world::reader::{Answer, Reader, Said},
};

/// A reader may still get from one gateway for so long what another one no longer says.
const BEHIND: Duration = Duration::from_secs(1);
/// How long each reader rests after a page: the machine has other things to do.
const REST: Duration = Duration::from_millis(40);
/// In how long a time readers get an answer.
const PROMPT: Duration = Duration::from_secs(2);
/// What share of requests is answered in that time.
const MOST: f64 = 0.999;

/// What was noticed.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    /// How all requests went.
    pub(crate) tally: Tally,
    /// Prices that were never true.
    untrue: Vec<String>,
    /// Prices and times that went back.
    backwards: Vec<String>,
    /// Offers that were looked at.
    offers: usize,
    /// Of these, offers in answers that say themselves that they are of some time ago. They must have been true, but
    /// may be older than what was read before: an answer that can't be confirmed is as old as it says.
    marked: usize,
}

impl Noticed {
    /// Adds what must hold in every row.
    pub(crate) fn report(&self, report: &mut Report) {
        report.tell("offers_read", self.offers);
        report.tell("offers_marked", self.marked);
        report.none("never_true", &self.untrue);
        report.none("backwards", &self.backwards);
    }
}

/// Adds that readers got their answers, whatever went on.
pub(crate) fn report_answers(report: &mut Report, tally: &Tally) {
    report.tell("reads", tally.total());
    report.at_least("answered_in_2_s", Speed(tally.share_within(PROMPT)), MOST);
    for (outcome, count) in tally.failures_by_kind() {
        report.tell(format!("reads_{outcome}"), count);
    }
    report.tell("read_p99_ms", tally.p99(&["ok"]));
}

/// The highest that was seen of something, and when it was first seen.
type Highest<K, V> = HashMap<K, (V, Instant)>;

/// What all readers together have seen.
#[derive(Debug, Default)]
struct Memory {
    prices: Highest<ListingKey, i64>,
    /// By gateway: one gateway must not go back at all.
    prices_at: Highest<(usize, ListingKey), i64>,
    updated_at: Highest<(usize, String), String>,
    noticed: Noticed,
}

/// Readers at work.
#[derive(Debug)]
pub(crate) struct Watch {
    stop: CancellationToken,
    readers: Vec<JoinHandle<()>>,
    memory: Arc<Mutex<Memory>>,
}

impl Watch {
    /// Sends so many readers to read all cards again and again.
    pub(crate) fn start(reader: &Reader, market: &Market, readers: usize) -> Self {
        let stop = CancellationToken::new();
        let memory = Arc::new(Mutex::new(Memory::default()));
        let readers = (0..readers)
            .map(|number| {
                let reading = read(reader.clone(), market.clone(), Arc::clone(&memory), number, stop.clone());
                tokio::spawn(reading)
            })
            .collect();
        Self { stop, readers, memory }
    }

    /// How requests went since this was last called. They are no longer counted at the end.
    pub(crate) fn so_far(&self) -> Tally {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut memory.noticed.tally)
    }

    /// Calls the readers back.
    pub(crate) async fn end(self) -> Result<Noticed, Trouble> {
        self.stop.cancel();
        for reader in self.readers {
            reader.await?;
        }
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut memory.noticed))
    }
}

/// One reader, who asks gateway after gateway for page after page.
async fn read(
    reader: Reader,
    market: Market,
    memory: Arc<Mutex<Memory>>,
    number: usize,
    stop: CancellationToken,
) {
    let mut asked = number;
    let mut after: Option<String> = None;
    while !stop.is_cancelled() {
        let (query, variables) = Page::query(after.as_deref());
        let answer = reader.ask_any(asked, query, &variables).await;
        asked += 1;
        let page = answer.data().and_then(Page::read);
        after = page.as_ref().and_then(|page| page.next.clone());
        memory.lock().unwrap_or_else(PoisonError::into_inner).note(&market, &answer, page.as_ref());
        tokio::time::sleep(REST).await;
    }
}

impl Memory {
    fn note(&mut self, market: &Market, answer: &Answer, page: Option<&Page>) {
        self.noticed.tally.add(answer);
        let is_marked = answer.said.as_ref().is_ok_and(Said::is_marked);
        let answered_at = answer.asked_at + answer.took;
        for card in page.into_iter().flat_map(|page| &page.cards) {
            for offered in &card.offers {
                self.noticed.offers += 1;
                self.noticed.marked += usize::from(is_marked);
                self.noticed.untrue.extend(market.was_true(&offered.listing, &offered.terms).err());
            }
            if is_marked {
                continue;
            }
            let key = (answer.gateway, card.id.clone());
            if let Err((newer, _)) = rises(
                &mut self.updated_at,
                key,
                card.updated_at.clone(),
                answer.asked_at,
                answered_at,
                Duration::ZERO,
            ) {
                let told = format!("{}: updatedAt {} after {newer}", card.id, card.updated_at);
                self.noticed.backwards.push(told);
            }
            for offered in &card.offers {
                self.note_price(answer, offered);
            }
        }
    }

    fn note_price(&mut self, answer: &Answer, Offered { listing, terms }: &Offered) {
        let price_minor = terms.price_minor;
        let (asked_at, answered_at) = (answer.asked_at, answer.asked_at + answer.took);
        let key = (answer.gateway, listing.clone());
        let alone = rises(&mut self.prices_at, key, price_minor, asked_at, answered_at, Duration::ZERO);
        let among = rises(&mut self.prices, listing.clone(), price_minor, asked_at, answered_at, BEHIND);
        let told = match (alone, among) {
            (Ok(()), Ok(())) => return,
            (Err((newer, age)), _) => {
                format!("at one gateway {newer} was read {} ms before", age.as_millis())
            }
            (_, Err((newer, age))) => {
                format!("over all gateways {newer} was read {} ms before", age.as_millis())
            }
        };
        self.noticed
            .backwards
            .push(format!("{listing:?} at {price_minor} by gateway {}: {told}", answer.gateway));
    }
}

/// Notes what was seen in an answer. The error is what was seen before and is higher, and how long before the
/// question that was; it must be longer than `grace` to count.
fn rises<K: std::hash::Hash + Eq, V: PartialOrd + Clone>(
    highest: &mut Highest<K, V>,
    key: K,
    seen: V,
    asked_at: Instant,
    answered_at: Instant,
    grace: Duration,
) -> Result<(), (V, Duration)> {
    let entry = highest.entry(key).or_insert_with(|| (seen.clone(), answered_at));
    if seen > entry.0 {
        *entry = (seen, answered_at);
    } else if seen < entry.0 && asked_at > entry.1 + grace {
        return Err((entry.0.clone(), asked_at - entry.1));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lower_than_before_goes_back_only_if_it_was_asked_for_after_that() {
        let began = Instant::now();
        let at = |ms: u64| began + Duration::from_millis(ms);
        let mut highest = Highest::new();
        let mut note = |seen: i64, asked_ms, answered_ms, grace_ms| {
            rises(&mut highest, "x", seen, at(asked_ms), at(answered_ms), Duration::from_millis(grace_ms))
                .is_ok()
        };
        assert!(note(5, 0, 10, 0));
        assert!(note(7, 5, 30, 0));
        assert!(note(5, 20, 50, 0), "it was asked for before the newer one had come");
        assert!(!note(5, 40, 60, 0));
        assert!(note(5, 1_000, 1_010, 1_000), "another gateway may be that much behind");
        assert!(!note(5, 1_031, 1_040, 1_000));
    }
}
