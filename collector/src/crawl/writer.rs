//! Writes a crawl's pages beside it, in their order. What comes while one transaction lasts goes into the next one: a
//! change is written as soon as it can be, and pages with little news don't cost a transaction each.

use std::sync::Arc;

use chrono::Utc;
use serde_json::value::RawValue;
use service::traces::SPANS;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
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
