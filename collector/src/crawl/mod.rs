//! One crawl of one shop: page by page, each decided and stored before the next is asked for.
//!
//! A crawl is complete only if every page was read soundly; only then does it say anything about listings that it
//! has not seen. It is bounded in pages and time, whatever the shop answers, and never holds more than a page.

mod pace;
pub mod plan;

use std::time::Duration;

use chrono::Utc;
use events::{CrawlKind, CrawlOutcome};
use tokio::time::Instant;

use crate::{
    changes::page::{self, Outcome},
    listing::Items,
    measures,
    reject::Reject,
    shops::{
        Crawled, Foreign, Page, Position, Request, Scope,
        client::{Answer, AskError, Client},
    },
    store::{Absences, CrawlEnd, KnownPage, Lease, Led, Store, StoreError},
};
use pace::Pace;
use plan::{ATTEMPTS, Visited};

/// A million listings in pages of a hundred, twice.
const MOST_PAGES: u32 = 20_000;
/// A crawl that takes longer is cut off: the next one starts from fresher pages.
const LONGEST_CRAWL: Duration = Duration::from_hours(1);
/// So often a crawl starts again because the shop forgot where it was.
const MOST_RESTARTS: u32 = 3;
/// After so many pages that can't be read, the shop is held to be out of order.
const MOST_REFUSED_PAGES: u32 = 3;
/// So often a crawl waits because the shop asks for it; a page costs one wait at worst where a limit is tight.
const MOST_BUSY: u32 = 1_000;

/// What crawls a shop, crawl after crawl, as long as it leads it.
#[derive(Debug)]
pub struct Crawler {
    /// The shop.
    pub crawled: Crawled,
    client: Client,
    store: Store,
    full_crawl_every: u32,
    pace: Pace,
    is_removal_held: bool,
}

/// What a crawl has done so far.
#[derive(Debug)]
struct Walk {
    crawl: i64,
    scope: Scope,
    /// Whether pages may be asked for by their tags.
    by_tag: bool,
    visited: Visited,
    pages: u32,
    restarts: u32,
    refused_pages: u32,
    busy: u32,
    items: usize,
    changed: usize,
    rejected: usize,
    unidentified: usize,
    /// Why the crawl is not complete.
    trouble: Option<String>,
}

/// What comes after a page.
enum Step {
    Next(Option<Position>),
    Restart,
    Skip(Foreign),
    GiveUp(String),
}

impl Crawler {
    /// A crawler of a shop.
    pub fn new(crawled: Crawled, client: Client, store: Store, full_crawl_every: u32) -> Self {
        Self { crawled, client, store, full_crawl_every, pace: Pace::default(), is_removal_held: false }
    }

    /// The moment before which the shop must not be asked.
    pub fn not_before(&self) -> Option<Instant> {
        self.pace.not_before()
    }

    /// One crawl. `is_first` is the first one since this collector leads the shop.
    pub async fn crawl(&mut self, led: Led, lease: &mut Lease, is_first: bool) -> Result<(), StoreError> {
        let (started, started_at) = (Instant::now(), Utc::now());
        lease.check().await?;
        let begun = self.store.begin_crawl(led).await?;
        let mut walk = Walk {
            crawl: begun.crawl,
            scope: plan::scope(&begun, is_first, self.full_crawl_every),
            by_tag: !is_first,
            visited: Visited::default(),
            pages: 0,
            restarts: 0,
            refused_pages: 0,
            busy: 0,
            items: 0,
            changed: 0,
            rejected: 0,
            unidentified: 0,
            trouble: None,
        };
        let mut position = Some(self.crawled.shop.first());
        while let Some(here) = position {
            if walk.pages >= MOST_PAGES || started.elapsed() > LONGEST_CRAWL {
                walk.fail("it has more pages than a crawl may have");
                break;
            }
            walk.pages += 1;
            let step = self.page(led, lease, &mut walk, &here).await?;
            position = self.after(step, &here, &mut walk);
        }
        let is_full = walk.scope == Scope::Full;
        let mut absences = Absences::default();
        // An item without an identifier could be any of those that were not seen.
        if is_full && walk.trouble.is_none() && walk.unidentified == 0 {
            absences = self.store.write_absences(led, walk.crawl, Utc::now()).await?;
        }
        let end = CrawlEnd {
            crawl: walk.crawl,
            shop_name: self.crawled.shop.name(),
            kind: if is_full { CrawlKind::Full } else { CrawlKind::Changes },
            outcome: if walk.trouble.is_none() { CrawlOutcome::Complete } else { CrawlOutcome::Incomplete },
            started_at,
            took: started.elapsed(),
            every: self.crawled.every,
        };
        self.store.end_crawl(led, end.clone(), Utc::now()).await?;
        self.tell(led, &walk, &end, absences);
        Ok(())
    }

    /// Where the crawl goes on after a step; `None` where it ends.
    fn after(&self, step: Step, here: &Position, walk: &mut Walk) -> Option<Position> {
        let next = match step {
            Step::Next(next) => next?,
            Step::Restart => {
                walk.visited = Visited::default();
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

    /// Reads and stores one page, and tries again where that can help.
    async fn page(
        &mut self,
        led: Led,
        lease: &mut Lease,
        walk: &mut Walk,
        here: &Position,
    ) -> Result<Step, StoreError> {
        let request = self.crawled.shop.request(walk.scope, here);
        let known = match walk.scope {
            Scope::Full if walk.by_tag => self.store.known_page(led.shop, request.url.as_str()).await?,
            // The address of a request for changes is seldom the same twice.
            _ => None,
        };
        let mut last_failure = Step::GiveUp(String::new());
        let mut attempts = 0;
        while attempts < ATTEMPTS {
            if !self.pace.wait().await {
                return Ok(Step::GiveUp("the shop asks for a long pause".to_owned()));
            }
            lease.check().await?;
            let etag = known.as_ref().map(|known| known.etag.as_str());
            match self.client.ask(&request, etag, Utc::now()).await {
                Ok(Answer::Unchanged) => {
                    self.pace.succeeded();
                    if let Some(known) = known {
                        return self.keep(led, walk, known).await;
                    }
                }
                Ok(Answer::Body { bytes, etag }) => {
                    match self.understand(walk, here, &bytes) {
                        Ok(page) => {
                            self.pace.succeeded();
                            return self.store_page(led, walk, request, etag, page).await;
                        }
                        Err(reason) => last_failure = self.refuse(led, reason, &bytes).await?,
                    }
                    attempts += 1;
                }
                Err(AskError::Foreign { reason, bytes }) => {
                    last_failure = self.refuse(led, reason, &bytes).await?;
                    attempts += 1;
                }
                Err(AskError::Busy { retry_after, .. }) => {
                    self.pace.busy(retry_after);
                    walk.busy += 1;
                    if walk.busy > MOST_BUSY {
                        return Ok(Step::GiveUp("the shop asks for a pause again and again".to_owned()));
                    }
                }
                Err(AskError::Sick(reason)) => {
                    self.pace.failed();
                    last_failure = Step::GiveUp(reason);
                    attempts += 1;
                }
                Err(AskError::PositionForgotten) if walk.restarts < MOST_RESTARTS => {
                    walk.restarts += 1;
                    return Ok(Step::Restart);
                }
                Err(error @ AskError::Unauthorized(_)) => {
                    self.pace.failed();
                    return Ok(Step::GiveUp(match self.crawled.shop.key_variable() {
                        Some(variable) => format!("{error}: check {variable}"),
                        None => error.to_string(),
                    }));
                }
                Err(error @ (AskError::PositionForgotten | AskError::Refused(_))) => {
                    self.pace.failed();
                    return Ok(Step::GiveUp(error.to_string()));
                }
            }
        }
        Ok(last_failure)
    }

    fn understand(&self, walk: &mut Walk, here: &Position, bytes: &[u8]) -> Result<Page, Foreign> {
        let page = self.crawled.shop.read(bytes, here)?;
        if walk.visited.is_new_page(&page::ids(&page.items)) { Ok(page) } else { Err(Foreign::Circle) }
    }

    /// Keeps a page that can't be read.
    async fn refuse(&mut self, led: Led, reason: Foreign, bytes: &[u8]) -> Result<Step, StoreError> {
        self.pace.failed();
        let reject = Reject::of_page(reason, bytes);
        measures::rejected(led.shop, reject.kind, 1);
        self.store.write_refused_page(led, Utc::now(), reject).await?;
        Ok(Step::Skip(reason))
    }

    async fn keep(&self, led: Led, walk: &mut Walk, known: KnownPage) -> Result<Step, StoreError> {
        let next = known.next.clone();
        walk.items += known.listing_ids.len();
        measures::seen(led.shop, known.listing_ids.len());
        self.store.keep_page(led, walk.crawl, Utc::now(), known).await?;
        Ok(Step::Next(next))
    }

    async fn store_page(
        &self,
        led: Led,
        walk: &mut Walk,
        request: Request,
        etag: Option<String>,
        page: Page,
    ) -> Result<Step, StoreError> {
        let Page { items, next } = page;
        walk.items += items.sound.len() + items.refused.len();
        walk.unidentified += unidentified(&items);
        measures::seen(led.shop, items.sound.len() + items.refused.len());
        // A page with an item that nobody can name has to be read again in any case.
        let by_tag = walk.scope == Scope::Full && unidentified(&items) == 0;
        let known = etag.filter(|_| by_tag).map(|etag| KnownPage {
            url: request.url.into(),
            etag,
            listing_ids: page::ids(&items),
            next: next.clone(),
        });
        let outcome = self.store.write_page(led, walk.crawl, Utc::now(), items, known).await?;
        walk.note(&outcome);
        measures::decided(led.shop, &outcome);
        Ok(Step::Next(next))
    }

    /// Says how the crawl went, in one line.
    fn tell(&mut self, led: Led, walk: &Walk, end: &CrawlEnd, absences: Absences) {
        measures::crawl_ended(led.shop, end, absences);
        let kind = measures::kind_name(end.kind);
        let duration_ms = u64::try_from(end.took.as_millis()).unwrap_or(u64::MAX);
        let Walk { crawl, items, changed, rejected, pages, .. } = walk;
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
                "more listings have vanished than are believed in an hour; the rest stay as missing: look at the shop"
            );
        }
        self.is_removal_held = held > 0;
    }
}

impl Walk {
    /// The crawl is not complete; the first reason is told.
    fn fail(&mut self, reason: &str) {
        self.trouble.get_or_insert_with(|| reason.to_owned());
    }

    fn note(&mut self, outcome: &Outcome) {
        self.changed += outcome.events.len();
        self.rejected += outcome.rejects.len();
    }
}

fn unidentified(items: &Items) -> usize {
    items.refused.iter().filter(|item| item.id.is_none()).count()
}
