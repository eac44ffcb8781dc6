//! Writes a crawl's pages beside it, in their order. What comes while one transaction lasts goes into the next one, and
//! where little of it has to be read, what comes a moment later: so pages with little news don't cost a transaction each.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use serde_json::value::RawValue;
use service::traces::SPANS;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::sleep,
};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span};

use crate::{
    changes::page::Outcome,
    listing::Items,
    measures,
    publish::Wake,
    shops::Shop,
    store::{KnownPage, Led, Sighting, Store, StoreError},
};

/// So many pages are written in one transaction, and as many wait for the next one.
const MOST_PAGES: usize = 32;
/// So much of them has to be read at most. A page with more takes all of it, and is written alone.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// Where less has to be read, more pages are waited for: a transaction has a price of its own.
const LITTLE_BYTES: usize = MOST_BYTES / 8;
/// How long.
const LINGER: Duration = Duration::from_millis(50);
/// What an item takes besides its bytes while it is read and decided on.
const ITEM_BYTES: usize = 512;

/// A page that waits to be written.
#[derive(Debug)]
pub(super) struct SortedPage {
    /// What has to be read of it.
    pub(super) unread: Vec<Box<RawValue>>,
    /// What it has shown as it was.
    pub(super) sighting: Sighting,
    /// The page itself, if it may be asked for by its tag.
    pub(super) known: Option<KnownPage>,
}

impl SortedPage {
    fn bytes(&self) -> usize {
        self.unread.iter().map(|item| item.get().len() + ITEM_BYTES).sum()
    }
}

/// What came of the pages that were written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub(super) changed: usize,
    pub(super) rejected: usize,
    /// Items that could be any listing.
    pub(super) unidentified: usize,
}

/// A page, the room that it takes until it is written, and what it is written as a part of.
#[derive(Debug)]
struct Waiting {
    page: SortedPage,
    _room: OwnedSemaphorePermit,
    span: Span,
}

/// What writes the pages of a crawl. Dropped, it writes no more of them.
#[derive(Debug)]
pub(super) struct Writer {
    /// `None` once there are no more.
    pages: Option<mpsc::Sender<Waiting>>,
    room: Arc<Semaphore>,
    writing: AbortOnDropHandle<Result<Written, StoreError>>,
}

/// Who writes, and for which crawl.
pub(super) struct Writing {
    pub(super) store: Store,
    pub(super) shop: Arc<dyn Shop>,
    pub(super) wake: Wake,
    pub(super) led: Led,
    pub(super) crawl: i64,
}

impl Writer {
    /// Begins to write the pages of a crawl.
    pub(super) fn begin(writing: Writing) -> Self {
        let (pages, queue) = mpsc::channel(MOST_PAGES);
        let writing = tokio::spawn(writing.write_all(queue).in_current_span());
        let room = Arc::new(Semaphore::new(MOST_BYTES));
        Self { pages: Some(pages), room, writing: AbortOnDropHandle::new(writing) }
    }

    /// Hands over a page, once there is room for it. Fails where an earlier one could not be written.
    pub(super) async fn add(&mut self, page: SortedPage) -> Result<(), StoreError> {
        let bytes = u32::try_from(page.bytes().min(MOST_BYTES)).unwrap_or(u32::MAX);
        if let (Some(pages), Ok(room)) = (&self.pages, Arc::clone(&self.room).acquire_many_owned(bytes).await)
        {
            let waiting = Waiting { page, _room: room, span: Span::current() };
            if pages.send(waiting).await.is_ok() {
                return Ok(());
            }
        }
        // Before the pages have ended, writing ends only where it fails.
        self.end().await.and(Err(StoreError::Postgres(sqlx::Error::WorkerCrashed)))
    }

    /// Waits until all pages are written.
    pub(super) async fn end(&mut self) -> Result<Written, StoreError> {
        self.pages = None;
        (&mut self.writing).await.map_err(|_| StoreError::Postgres(sqlx::Error::WorkerCrashed))?
    }
}

impl Writing {
    async fn write_all(self, mut queue: mpsc::Receiver<Waiting>) -> Result<Written, StoreError> {
        let mut written = Written::default();
        let mut batch = Vec::new();
        while queue.recv_many(&mut batch, MOST_PAGES).await > 0 {
            linger(&mut queue, &mut batch, sleep(LINGER)).await;
            let parent = batch.first().map_or_else(Span::none, |waiting| waiting.span.clone());
            let span = tracing::info_span!(target: SPANS, parent: parent, "store", pages = batch.len());
            let outcome = self.write(&mut batch).instrument(span).await?;
            batch.clear();
            if !outcome.events.is_empty() {
                self.wake.wake();
            }
            measures::decided(self.led.shop, &outcome);
            written.changed += outcome.events.len();
            written.rejected += outcome.rejects.len();
            written.unidentified += outcome.unidentified;
        }
        Ok(written)
    }

    /// Reads what has to be read of some pages, and writes what follows.
    async fn write(&self, batch: &mut [Waiting]) -> Result<Outcome, StoreError> {
        let mut items = Items::default();
        let mut sightings = Vec::new();
        let mut known = Vec::new();
        for Waiting { page, .. } in batch {
            let unread = std::mem::take(&mut page.unread);
            let Items { sound, refused } =
                self.shop.items(&unread.iter().map(AsRef::as_ref).collect::<Vec<_>>());
            // A page with an item that nobody can name has to be read again in any case.
            let is_named = refused.iter().all(|item| item.id.is_some());
            known.extend(page.known.take().filter(|_| is_named));
            sightings.push(std::mem::take(&mut page.sighting));
            items.sound.extend(sound);
            items.refused.extend(refused);
        }
        self.store.write_pages(self.led, self.crawl, Utc::now(), items, sightings, known).await
    }
}

/// Takes more pages until it has `waited`, as long as little of all of them has to be read.
async fn linger(
    queue: &mut mpsc::Receiver<Waiting>,
    batch: &mut Vec<Waiting>,
    waited: impl Future<Output = ()>,
) {
    tokio::pin!(waited);
    while batch.len() < MOST_PAGES
        && batch.iter().map(|waiting| waiting.page.bytes()).sum::<usize>() < LITTLE_BYTES
    {
        tokio::select! {
            more = queue.recv_many(batch, MOST_PAGES - batch.len()) => if more == 0 { break },
            () = &mut waited => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn waiting(bytes: usize) -> Waiting {
        let item = RawValue::from_string(format!("\"{}\"", "x".repeat(bytes))).unwrap();
        let page = SortedPage { unread: vec![item], sighting: Sighting::default(), known: None };
        let room = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        Waiting { page, _room: room, span: Span::none() }
    }

    #[tokio::test]
    async fn pages_of_which_little_has_to_be_read_are_written_together_and_no_others_wait() {
        let (pages, mut queue) = mpsc::channel(2 * MOST_PAGES);
        let mut linger_from = async |bytes, is_over| {
            let mut batch = vec![waiting(bytes)];
            if is_over {
                linger(&mut queue, &mut batch, ready(())).await;
            } else {
                linger(&mut queue, &mut batch, pending()).await;
            }
            batch.len()
        };
        assert_eq!(linger_from(10, true).await, 1, "nothing has come meanwhile");
        for bytes in [10, 10, LITTLE_BYTES] {
            pages.try_send(waiting(bytes)).unwrap();
        }
        assert_eq!(linger_from(LITTLE_BYTES, false).await, 1, "there is enough to read");
        assert_eq!(linger_from(10, false).await, 4, "until there is");
        for _ in 0..MOST_PAGES {
            pages.try_send(waiting(10)).unwrap();
        }
        assert_eq!(linger_from(10, false).await, MOST_PAGES);
        drop(pages);
        assert_eq!(linger_from(10, false).await, 2, "the crawl has ended, and nothing more will come");
    }
}
