//! Noticing that listings are lacking, whatever became of their events, and asking the collector for them.
//!
//! Nothing else relies on this: every event is acknowledged after its commit, so only what takes messages away behind
//! everybody's back, like deleting the queue, is healed here. A digest that differs is looked at a moment after its
//! crawl has ended, since other gateways may still hold what was sent before; where a bucket has changed since then,
//! nothing can be told, and the next crawl tells.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use events::{BUCKETS, Buckets, LACKING_CHANNEL, Lacking, Versions};
use sqlx::{FromRow, PgPool};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::apply::Heard;

/// How long after a crawl's end what was sent before it has been applied, by whichever gateway.
const SETTLE: Duration = Duration::from_secs(2);
/// How many crawls' ends wait at most. One that doesn't find room is not looked at: the next one says the same.
const MOST_WAITING: usize = 32;

/// What a crawl's end says of its shop.
#[derive(Debug)]
struct Told {
    shop: String,
    ended_at: DateTime<Utc>,
    versions: Versions,
    heard_at: Instant,
}

/// Where crawls' ends are handed in.
#[derive(Clone, Debug)]
pub struct Reconcile(Option<mpsc::Sender<Told>>);

impl Reconcile {
    /// Looks at nothing.
    pub fn off() -> Self {
        Self(None)
    }

    /// What looks at the crawls' ends that are handed in, by way of `pool`, until it is told to stop.
    pub fn new(pool: PgPool, stop: CancellationToken) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, told) = mpsc::channel(MOST_WAITING);
        (Self(Some(sender)), async move {
            stop.run_until_cancelled(look(pool, told)).await;
        })
    }

    /// Events that were applied.
    pub(crate) fn hand_in(&self, applied: &[Heard]) {
        let Some(sender) = &self.0 else { return };
        for event in applied {
            if let Heard::CrawlEnded(ended) = event
                && let Some(versions) = &ended.versions
            {
                let (shop, versions) = (ended.shop.clone(), versions.clone());
                let told = Told { shop, ended_at: ended.ended_at, versions, heard_at: Instant::now() };
                // The next crawl says the same.
                let _ = sender.try_send(told);
            }
        }
    }
}

/// What was applied in one bucket.
#[derive(FromRow)]
struct Bucket {
    number: i32,
    digest: String,
    has_moved: bool,
}

async fn look(pool: PgPool, mut told: mpsc::Receiver<Told>) {
    let mut asked = Asked::default();
    while let Some(told) = told.recv().await {
        sleep_until(told.heard_at + SETTLE).await;
        let lacking = match lacking(&pool, &told).await {
            Ok(lacking) => lacking,
            Err(error) => {
                tracing::debug!(%error, "whether listings are lacking can't be told now");
                continue;
            }
        };
        let buckets = asked.worth_asking(&told.shop, lacking);
        if buckets.is_empty() {
            continue;
        }
        let asking = Lacking { shop: told.shop.clone(), buckets };
        let query = sqlx::query(include_str!("../../sql/gateway/lacking_tell.sql"));
        match query.bind(LACKING_CHANNEL).bind(asking.encode()).execute(&pool).await {
            Ok(_) => {
                let buckets = buckets.iter().count();
                metrics::counter!("gateway_resends_asked_total", "shop" => told.shop.clone()).increment(1);
                tracing::warn!(
                    shop.id = told.shop,
                    buckets,
                    "listings are lacking: asking the collector for them"
                );
            }
            Err(error) => tracing::debug!(%error, "the collector can't be asked now for what is lacking"),
        }
    }
}

async fn lacking(pool: &PgPool, told: &Told) -> sqlx::Result<Buckets> {
    let query = sqlx::query_as(include_str!("../../sql/gateway/versions.sql"));
    let applied: Vec<Bucket> = query.bind(&told.shop).bind(told.ended_at).fetch_all(pool).await?;
    Ok(differing(&told.versions, &applied))
}

/// The buckets that differ from what the collector told, as far as that can be told.
fn differing(told: &Versions, applied: &[Bucket]) -> Buckets {
    let mut digests = [0; BUCKETS];
    let mut moved = Buckets::default();
    for Bucket { number, digest, has_moved } in applied {
        let Ok(number) = u8::try_from(*number) else { continue };
        // A sum of some million numbers of 64 bits has fewer than 128.
        let sum: i128 = digest.parse().unwrap_or_default();
        digests[usize::from(number)] = u64::try_from(sum.rem_euclid(1 << 64)).unwrap_or_default();
        if *has_moved {
            moved.insert(number);
        }
    }
    told.differing(&Versions::new(digests)).iter().filter(|bucket| !moved.contains(*bucket)).collect()
}

/// How often in a row each bucket was found lacking. What asking doesn't mend, a listing that can't be applied say, is
/// asked for ever less often.
#[derive(Debug, Default)]
struct Asked(HashMap<String, HashMap<u8, u32>>);

impl Asked {
    /// Those of the lacking buckets that are worth asking for now: at the first, second, fourth, eighth time.
    fn worth_asking(&mut self, shop: &str, lacking: Buckets) -> Buckets {
        let times = self.0.entry(shop.to_owned()).or_default();
        times.retain(|bucket, _| lacking.contains(*bucket));
        lacking
            .iter()
            .filter(|bucket| {
                let times = times.entry(*bucket).or_default();
                *times += 1;
                times.is_power_of_two()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(number: i32, digest: &str, has_moved: bool) -> Bucket {
        Bucket { number, digest: digest.to_owned(), has_moved }
    }

    #[test]
    fn a_bucket_is_lacking_unless_it_is_the_same_or_has_changed_since() {
        let mut told = [0; BUCKETS];
        (told[1], told[2], told[3], told[4]) = (u64::MAX, 5, 7, 9);
        let cases = [
            (vec![], vec![1, 2, 3, 4]),
            (
                // Minus one, and five more than two to the 64th.
                vec![bucket(1, "-1", false), bucket(2, "18446744073709551621", false), bucket(3, "8", true)],
                vec![4],
            ),
            (vec![bucket(4, "9", true), bucket(0, "1", false)], vec![0, 1, 2, 3]),
        ];
        for (applied, expected) in cases {
            let lacking: Vec<u8> = differing(&Versions::new(told), &applied).iter().collect();
            assert_eq!(lacking, expected);
        }
    }

    #[test]
    fn what_asking_does_not_mend_is_asked_for_ever_less_often() {
        let mut asked = Asked::default();
        let lacking: Buckets = [7].into_iter().collect();
        let mut times = Vec::new();
        for time in 1..=9 {
            if !asked.worth_asking("netvideo", lacking).is_empty() {
                times.push(time);
            }
            assert!(asked.worth_asking("countrylink", Buckets::default()).is_empty());
        }
        assert_eq!(times, [1, 2, 4, 8]);
        asked.worth_asking("netvideo", Buckets::default());
        assert!(!asked.worth_asking("netvideo", lacking).is_empty());
    }
}
