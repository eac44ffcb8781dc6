//! What a crawl has done so far.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::{plan::Visited, writer::Writer};
use crate::{
    changes::again::Settled,
    shops::{Foreign, Position, Scope},
};

/// What a crawl has done so far.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) crawl: i64,
    pub(super) scope: Scope,
    /// Whether pages may be asked for by their tags.
    pub(super) by_tag: bool,
    pub(super) deadline: Instant,
    /// The shop's earliest date of an answer, if it told one.
    pub(super) shop_date: Option<DateTime<Utc>>,
    pub(super) visited: Visited,
    /// What need not be read again: nothing, where only changes are asked for.
    pub(super) settled: Settled,
    /// What writes the pages.
    pub(super) writer: Writer,
    pub(super) pages: u32,
    pub(super) restarts: u32,
    pub(super) refused_pages: u32,
    pub(super) items: usize,
    /// Why the crawl is not complete.
    pub(super) trouble: Option<String>,
}

/// What comes after a page.
pub(super) enum Step {
    /// The next page, or the end.
    Next(Option<Position>),
    /// The first page again.
    Restart,
    /// What is behind a page that can't be read.
    Skip(Foreign),
    /// The end, before all was read.
    GiveUp(String),
}

impl Walk {
    pub(super) fn new(crawl: i64, scope: Scope, deadline: Instant, writer: Writer) -> Self {
        Self {
            crawl,
            scope,
            by_tag: false,
            deadline,
            shop_date: None,
            visited: Visited::default(),
            settled: Settled::default(),
            writer,
            pages: 0,
            restarts: 0,
            refused_pages: 0,
            items: 0,
            trouble: None,
        }
    }

    /// The shop has answered at a moment of its own clock.
    pub(super) fn note_date(&mut self, date: Option<DateTime<Utc>>) {
        self.shop_date = [self.shop_date, date].into_iter().flatten().min();
    }

    /// The crawl goes back to its beginning.
    pub(super) fn restart(&mut self) {
        self.visited = Visited::default();
        self.restarts += 1;
    }

    /// The crawl is not complete; the first reason is told.
    pub(super) fn fail(&mut self, reason: &str) {
        self.trouble.get_or_insert_with(|| reason.to_owned());
    }
}
