//! What has been asked of a shop: a test reads it to see how a client behaves.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::{Request, header};

use crate::{json::Writer, measures, shop::Shop, world::World};

/// Counts of one shop since the start, or since they were last forgotten.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    /// Answered requests by status.
    by_status: BTreeMap<u16, u64>,
    /// Requests whose client left before the answer had begun.
    abandoned: u64,
    /// Requests with `If-None-Match`.
    conditional: u64,
    /// Requests for what has changed since some time.
    incremental: u64,
    in_flight: u32,
    most_in_flight: u32,
}

impl Stats {
    /// Writes the counts.
    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        out.raw("requests", self.by_status.values().sum::<u64>() + self.abandoned);
        out.nested("by_status", |statuses| {
            for (status, count) in &self.by_status {
                statuses.raw(&status.to_string(), count);
            }
        });
        out.raw("abandoned", self.abandoned);
        out.raw("conditional", self.conditional);
        out.raw("not_modified", self.by_status.get(&304).copied().unwrap_or(0));
        out.raw("incremental", self.incremental);
        out.raw("in_flight", self.in_flight);
        out.raw("most_in_flight", self.most_in_flight);
    }

    /// Begins counting anew. Requests that are under way stay under way.
    pub(crate) fn forget(&mut self) {
        *self = Self { in_flight: self.in_flight, most_in_flight: self.in_flight, ..Self::default() };
    }
}

/// A request that is under way, until its answer has been handed over whole or its client has left.
#[derive(Debug)]
pub(crate) struct Visit {
    world: Arc<World>,
    shop: Shop,
    status: Option<u16>,
}

impl Visit {
    /// A request comes in.
    pub(crate) fn begin<B>(world: &Arc<World>, shop: Shop, request: &Request<B>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let incremental = query.contains("updated_since=") || query.contains("changed_after=");
        let mut stats = world.stats(shop);
        stats.conditional += u64::from(request.headers().contains_key(header::IF_NONE_MATCH));
        stats.incremental += u64::from(incremental);
        stats.in_flight += 1;
        stats.most_in_flight = stats.most_in_flight.max(stats.in_flight);
        Self { world: Arc::clone(world), shop, status: None }
    }

    /// The answer has this status.
    pub(crate) fn answered(&mut self, status: u16) {
        self.status = Some(status);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        measures::answered(self.shop, self.status);
        let mut stats = self.world.stats(self.shop);
        stats.in_flight = stats.in_flight.saturating_sub(1);
        match self.status {
            Some(code) => *stats.by_status.entry(code).or_default() += 1,
            None => stats.abandoned += 1,
        }
    }
}
