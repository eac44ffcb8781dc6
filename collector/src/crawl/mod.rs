//! One crawl of one shop: page by page, decided and written in their order. The next one is asked for meanwhile.
//!
//! A crawl is complete only if every page was read soundly; only then does it say anything about listings that it
//! has not seen. It is bounded in pages and time, whatever the shop answers, and in what it holds of pages: two large ones,
//! or some more of which little has to be read.

mod pace;
mod page;
pub mod plan;
mod walk;
mod writer;

use std::time::Duration;

use chrono::Utc;
use events::{CrawlKind, CrawlOutcome};
use service::traces::SPANS;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use crate::{
    measures,
    publish::Wake,
    shops::{Crawled, Foreign, Position, Scope, client::Client},
    store::{Absences, CrawlEnd, Lease, Led, Store, StoreError},
};
use pace::Pace;
use walk::{Step, Walk};
use writer::{Writer, Writing, Written};

/// A million listings in pages of a hundred, twice.
const MOST_PAGES: u32 = 20_000;
/// A crawl that takes longer is cut off: the next one starts from fresher pages.
const LONGEST_CRAWL: Duration = Duration::from_hours(1);
/// After so many pages that can't be read, the shop is held to be out of order.
const MOST_REFUSED_PAGES: u32 = 3;

/// How shops are crawled, whichever they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Of how many crawls one asks for every listing.
    pub full_crawl_every: u32,
    /// Whether each crawl's end tells the versions of the shop's listings, and what a consumer lacks is sent again.
    pub reconciles: bool,
}

/// What crawls a shop, crawl after crawl, as long as it leads it.
#[derive(Debug)]
pub struct Crawler {
    /// The shop.
    pub crawled: Crawled,
    client: Client,
    store: Store,
    habits: Habits,
    /// Tells that there is something to publish.
    pub wake: Wake,
    pace: Pace,
    is_removal_held: bool,
}

impl Crawler {
    /// A crawler of a shop; `wake` tells that there is something to publish.
    pub fn new(crawled: Crawled, client: Client, store: Store, habits: Habits, wake: Wake) -> Self {
        let pace = Pace::default();
        Self { crawled, client, store, habits, wake, pace, is_removal_held: false }
    }

    /// The moment before which the shop must not be asked.
    pub fn not_before(&self) -> Option<Instant> {
        self.pace.not_before()
    }

    /// One crawl. `is_first` is the first one since this collector leads the shop.
    pub async fn crawl(&mut self, led: Led, lease: &mut Lease, is_first: bool) -> Result<(), StoreError> {
        let span = tracing::info_span!(target: SPANS, parent: None, "crawl", shop.id = led.shop, crawl.id = tracing::field::Empty);
        self.crawl_traced(led, lease, is_first).instrument(span).await
    }

    async fn crawl_traced(&mut self, led: Led, lease: &mut Lease, is_first: bool) -> Result<(), StoreError> {
        let (started, started_at) = (Instant::now(), Utc::now());
        lease.check().await?;
        let begun = self.store.begin_crawl(led, started_at).await?;
        Span::current().record("crawl.id", begun.crawl);
        if self.habits.reconciles {
            self.store.begin_versions(led, started_at).await?;
        }
        let scope = plan::scope(&begun, is_first, self.habits.full_crawl_every);
        let writer = Writer::begin(self.writing(led, begun.crawl));
        let mut walk = Walk::new(begun.crawl, scope, started + LONGEST_CRAWL, writer);
        walk.by_tag = !is_first;
        if scope == Scope::Full {
            // Little is as it was where changes are asked for.
            walk.settled = self.store.settled(led).await?;
        }
        let mut position = Some(self.crawled.shop.first());
        while let Some(here) = position {
            if walk.pages >= MOST_PAGES {
                walk.fail("the shop has more pages than a crawl may have");
                break;
            }
            walk.pages += 1;
            let span = tracing::info_span!(target: SPANS, "page", page.place = here.place());
            let step = self.page(led, lease, &mut walk, &here).instrument(span).await?;
            position = self.after(step, &here, &mut walk);
        }
        let written = walk.writer.end().await?;
        let is_full = walk.scope == Scope::Full;
        let mut absences = Absences::default();
        if is_full && walk.trouble.is_none() {
            absences = self.store.write_absences(led, walk.crawl, written.unidentified, Utc::now()).await?;
        }
        let end = CrawlEnd {
            crawl: walk.crawl,
            shop_name: self.crawled.shop.name(),
            kind: if is_full { CrawlKind::Full } else { CrawlKind::Changes },
            outcome: if walk.trouble.is_none() { CrawlOutcome::Complete } else { CrawlOutcome::Incomplete },
            started_at,
            latest_mark: walk.shop_date.unwrap_or(started_at),
            took: started.elapsed(),
            every: self.crawled.every,
            tells_versions: self.habits.reconciles,
        };
        self.store.end_crawl(led, end.clone(), Utc::now()).await?;
        self.wake.wake();
        self.tell(led, &walk, &end, written, absences);
        Ok(())
    }

    fn writing(&self, led: Led, crawl: i64) -> Writing {
        let (store, shop, wake) = (self.store.clone(), self.crawled.shop.clone(), self.wake.clone());
        Writing { store, shop, wake, led, crawl }
    }

    /// Where the crawl goes on after a step; `None` where it ends.
    fn after(&self, step: Step, here: &Position, walk: &mut Walk) -> Option<Position> {
        let next = match step {
            Step::Next(next) => next?,
            Step::Restart => {
                walk.restart();
                return Some(self.crawled.shop.first());
            }
            Step::Skip(reason) => {
                walk.fail(&reason.to_string());
                walk.refused_pages += 1;
                if walk.refused_pages >= MOST_REFUSED_PAGES {
                    return None;
                }
                self.crawled.shop.skip(here)?
            }
            Step::GiveUp(reason) => {
                walk.fail(&reason);
                return None;
            }
        };
        if walk.visited.is_new_position(&next) {
            return Some(next);
        }
        walk.fail(&Foreign::Circle.to_string());
        None
    }

    /// Says how the crawl went, in one line.
    fn tell(&mut self, led: Led, walk: &Walk, end: &CrawlEnd, written: Written, absences: Absences) {
        measures::crawl_ended(led.shop, end, absences);
        let kind = measures::kind_name(end.kind);
        let duration_ms = u64::try_from(end.took.as_millis()).unwrap_or(u64::MAX);
        let Walk { crawl, items, pages, .. } = walk;
        let Written { changed, rejected, .. } = written;
        let Absences { missing, gone, held } = absences;
        match &walk.trouble {
            None => tracing::info!(
                shop.id = led.shop,
                crawl.id = crawl,
                crawl.kind = kind,
                pages,
                items,
                changed,
                rejected,
                missing,
                gone,
                duration_ms,
                "crawled a shop"
            ),
            Some(reason) => tracing::warn!(
                shop.id = led.shop,
                crawl.id = crawl,
                crawl.kind = kind,
                pages,
                items,
                changed,
                rejected,
                duration_ms,
                reason,
                "could not crawl a shop to the end; what was known stays"
            ),
        }
        if held > 0 && !self.is_removal_held {
            tracing::warn!(
                shop.id = led.shop,
                held,
                "more listings have vanished than are believed to be gone; the rest stay as missing: look at the shop"
            );
        }
        self.is_removal_held = held > 0;
    }
}
