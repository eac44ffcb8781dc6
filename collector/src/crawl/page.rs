//! One page of a crawl: asked for, and asked for again where that can help, taken apart and handed over to be written. While
//! one page is written, the next one is asked for.

use chrono::Utc;
use tokio::time::Instant;

use super::{
    Crawler,
    plan::{ATTEMPTS, MOST_PAUSES},
    walk::{Step, Walk},
    writer::SortedPage,
};
use crate::{
    changes::again::{self, Sorted},
    measures,
    reject::Reject,
    shops::{
        Foreign, Position, RawPage, Request, Scope,
        client::{AskError, Content},
    },
    store::{KnownPage, Lease, Led, Sighting, StoreError},
};

/// So often a crawl starts again because the shop forgot where it was.
const MOST_RESTARTS: u32 = 3;

/// A page with a longer address is read each time: its tag could not be found again, since an index of Postgres
/// takes no more than some 2,700 bytes a row.
const LONGEST_TAGGED_URL_BYTES: usize = 2_000;

/// A page as it was sent, not read yet.
struct Sent {
    items: Sorted,
    next: Option<Position>,
}

/// What came of asking once.
enum Attempt {
    Done(Step),
    /// The shop wants to be asked later. What to do if it has said so too often.
    Later(Step),
    /// What to do if there is no further attempt.
    Failed(Step),
}

impl Crawler {
    /// Asks for one page.
    pub(super) async fn page(
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
        let (mut failures, mut pauses) = (0, 0);
        loop {
            if Instant::now() > walk.deadline {
                return Ok(Step::GiveUp("the crawl takes too long".to_owned()));
            }
            if !self.pace.wait().await {
                return Ok(Step::GiveUp("the shop asks for a long pause".to_owned()));
            }
            lease.check().await?;
            let attempt = self.attempt(led, walk, here, &request, known.as_ref()).await?;
            measures::asked(led.shop, self.pace.is_open());
            match attempt {
                Attempt::Done(step) => return Ok(step),
                Attempt::Later(step) => {
                    pauses += 1;
                    if pauses >= MOST_PAUSES {
                        return Ok(step);
                    }
                }
                Attempt::Failed(step) => {
                    failures += 1;
                    if failures >= ATTEMPTS {
                        return Ok(step);
                    }
                }
            }
        }
    }

    async fn attempt(
        &mut self,
        led: Led,
        walk: &mut Walk,
        here: &Position,
        request: &Request,
        known: Option<&KnownPage>,
    ) -> Result<Attempt, StoreError> {
        let etag = known.map(|known| known.etag.as_str());
        let answer = self.client.ask(request, etag, Utc::now()).await.map(|answer| {
            walk.note_date(answer.date);
            answer.content
        });
        let step = match (answer, known) {
            (Ok(Content::Unchanged), Some(known)) => {
                self.pace.succeeded();
                self.keep(walk, known.clone()).await?
            }
            (Ok(Content::Unchanged), None) => {
                return self.refuse(led, here, Foreign::WrongForm, Vec::new()).await;
            }
            (Ok(Content::Body { bytes, etag }), _) => match self.take_apart(led, walk, here, &bytes) {
                Ok(sent) => {
                    self.pace.succeeded();
                    drop(bytes);
                    self.write(led, walk, request, etag, sent).await?
                }
                Err(reason) => return self.refuse(led, here, reason, bytes).await,
            },
            (Err(AskError::Foreign { reason, bytes }), _) => {
                return self.refuse(led, here, reason, bytes).await;
            }
            (Err(error), _) => return Ok(self.failed(walk, &error)),
        };
        Ok(Attempt::Done(step))
    }

    /// What follows from a failure other than a page that can't be read.
    fn failed(&mut self, walk: &Walk, error: &AskError) -> Attempt {
        let give_up = Step::GiveUp(match (error, self.crawled.shop.key_variable()) {
            (AskError::Unauthorized(_), Some(variable)) => format!("{error}: check {variable}"),
            _ => error.to_string(),
        });
        match error {
            AskError::Busy { retry_after, .. } => {
                self.pace.busy(*retry_after);
                Attempt::Later(give_up)
            }
            AskError::PositionForgotten => {
                self.pace.forgotten(walk.restarts + 1);
                let is_last = walk.restarts >= MOST_RESTARTS;
                Attempt::Done(if is_last { give_up } else { Step::Restart })
            }
            AskError::Sick(_) => {
                self.pace.failed();
                Attempt::Failed(give_up)
            }
            AskError::Unauthorized(_) | AskError::Refused(_) | AskError::Foreign { .. } => {
                self.pace.failed();
                Attempt::Done(give_up)
            }
        }
    }

    fn take_apart(&self, led: Led, walk: &mut Walk, here: &Position, bytes: &[u8]) -> Result<Sent, Foreign> {
        let shop = &self.crawled.shop;
        let RawPage { items, next } = shop.take_apart(bytes, here)?;
        let items = again::sort(&items, shop.id_field(), &walk.settled, led.rules_since);
        let is_new = walk.visited.is_new_page(&items.listing_ids);
        if is_new { Ok(Sent { items, next }) } else { Err(Foreign::Circle) }
    }

    /// Keeps a page that can't be read, as far as it is kept: the rest of it need not wait for that.
    async fn refuse(
        &mut self,
        led: Led,
        here: &Position,
        reason: Foreign,
        bytes: Vec<u8>,
    ) -> Result<Attempt, StoreError> {
        self.pace.failed();
        let reject = Reject::of_page(here, reason, &bytes);
        drop(bytes);
        measures::rejected(led.shop, reject.kind, 1);
        self.store.write_refused_page(led, Utc::now(), reject).await?;
        Ok(Attempt::Failed(Step::Skip(reason)))
    }

    /// Hands over a page that has not changed: all that it held is seen.
    async fn keep(&self, walk: &mut Walk, known: KnownPage) -> Result<Step, StoreError> {
        let next = known.next.clone();
        let sighting = Sighting { page: walk.pages, listing_ids: known.listing_ids.clone() };
        measures::seen(self.crawled.shop.slug(), known.listing_ids.len());
        walk.items += known.listing_ids.len();
        walk.writer.add(SortedPage { unread: Vec::new(), sighting, known: Some(known) }).await?;
        Ok(Step::Next(next))
    }

    /// Hands over a page to be read, as far as it has to be, and written: the next page is asked for meanwhile.
    async fn write(
        &self,
        led: Led,
        walk: &mut Walk,
        request: &Request,
        etag: Option<String>,
        sent: Sent,
    ) -> Result<Step, StoreError> {
        let Sent { items: Sorted { listing_ids, as_they_were, unread }, next } = sent;
        let items = as_they_were.len() + unread.len();
        measures::seen(led.shop, items);
        walk.items += items;
        let by_tag = walk.scope == Scope::Full && request.url.as_str().len() <= LONGEST_TAGGED_URL_BYTES;
        let known = etag.filter(|_| by_tag).map(|etag| KnownPage {
            url: request.url.to_string(),
            etag,
            listing_ids,
            next: next.clone(),
        });
        let sighting = Sighting { page: walk.pages, listing_ids: as_they_were };
        walk.writer.add(SortedPage { unread, sighting, known }).await?;
        Ok(Step::Next(next))
    }
}
