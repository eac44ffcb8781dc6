//! Keeps the index in memory up to the catalogue: reads all cards at start, and then those that changed.
//!
//! What changed most often, offers alone, is told with the version and needn't be read.
//!
//! Where all cards are gone through, they are in stretches: a statement that read a million of them would run longer than
//! any may.

mod steps;

use std::{sync::Arc, time::Instant};

use catalogue_index::{BrandFacts, CardFacts, FacetId, GpuFacts, Index, OfferFacts};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, PgPool};
use tokio::sync::mpsc;

use self::steps::Changes;
use crate::graphql::{
    filter::{Availability, ChipMaker},
    kept::KeptRows,
};

/// How many cards are read by one statement at most: some milliseconds of work, and some megabytes.
const STRETCH: usize = 5_000;
/// How many stretches may wait to be put into the index while all cards are read.
const READ_AHEAD: usize = 1;

/// The index of one gateway, and up to which version of the catalogue it was read.
#[derive(Debug)]
pub(crate) struct Indexing {
    /// Shared with all who read it, until a card changes: what they have worked out of it is shared too.
    index: Arc<Index>,
    /// Follows the same changes.
    rows: Arc<KeptRows>,
    version: i64,
    /// How many cards changed since its start, each as often as that was seen.
    changed: u64,
}

/// Before all versions.
const NOTHING_READ: i64 = -1;

/// A card's row, as the index needs it.
#[derive(FromRow)]
pub(crate) struct Changed {
    id: i64,
    name_key: String,
    brand_slug: Option<String>,
    brand_name: Option<String>,
    gpu_slug: Option<String>,
    gpu_name: Option<String>,
    gpu_maker: Option<String>,
    memory_mb: Option<i32>,
    board_power_watts: Option<i32>,
    length_mm: Option<i32>,
    technology_codes: Vec<String>,
    output_kinds: Vec<String>,
    shop_slugs: Vec<String>,
    availabilities: Vec<String>,
    best_price_minor: Option<i64>,
    discount_bp: i32,
    released_on: Option<NaiveDate>,
    updated_at: DateTime<Utc>,
    mpn_keys: Vec<String>,
    gtins: Vec<String>,
    pub(crate) served: bool,
}

impl From<Changed> for CardFacts {
    fn from(card: Changed) -> Self {
        let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
        let named = |slug: Option<String>, name: Option<String>| slug.zip(name);
        Self {
            id: card.id,
            name_key: card.name_key,
            brand: named(card.brand_slug, card.brand_name).map(|(slug, name)| BrandFacts { slug, name }),
            gpu: named(card.gpu_slug, card.gpu_name).map(|(slug, name)| GpuFacts {
                slug,
                name,
                maker: ChipMaker::of(&card.gpu_maker.unwrap_or_default()).name().to_owned(),
            }),
            memory_mb: number(card.memory_mb),
            board_power_watts: number(card.board_power_watts),
            length_mm: number(card.length_mm),
            technologies: card.technology_codes,
            outputs: card.output_kinds,
            offers: OfferFacts {
                shops: card.shop_slugs,
                availabilities: card.availabilities.iter().map(|word| availability_name(word)).collect(),
                best_price_minor: card.best_price_minor,
                discount_bp: u32::try_from(card.discount_bp).unwrap_or_default(),
                updated_at: card.updated_at,
            },
            released_on: card.released_on,
            codes: card.mpn_keys.into_iter().chain(card.gtins).collect(),
        }
    }
}

impl Indexing {
    /// With nothing read yet. `rows` must be nobody else's.
    pub(crate) fn new(rows: Arc<KeptRows>) -> Self {
        Self { index: Arc::default(), rows, version: NOTHING_READ, changed: 0 }
    }

    /// Brings the index up to a version that the catalogue was seen to have, and gives a snapshot of it. It may
    /// hold what was committed since.
    pub(crate) async fn follow(&mut self, pool: &PgPool, version: i64) -> sqlx::Result<Arc<Index>> {
        if self.version == NOTHING_READ {
            self.index = Arc::new(read_all(pool).await?);
        } else if self.version != version {
            self.read_changes(pool, version).await?;
        }
        self.version = version;
        Ok(Arc::clone(&self.index))
    }

    /// The rows that are kept, without those of cards that have changed up to the version of the last snapshot.
    pub(crate) fn rows(&self) -> &Arc<KeptRows> {
        &self.rows
    }

    /// How many cards changed since its start, each as often as that was seen.
    pub(crate) fn changed(&self) -> u64 {
        self.changed
    }

    async fn read_changes(&mut self, pool: &PgPool, version: i64) -> sqlx::Result<()> {
        let mut changed = Vec::new();
        if let Some(changes) = Changes::between(pool, self.version, version).await? {
            let unknown = self.reprice(&changes);
            for ids in [changes.unread.as_slice(), &unknown].into_iter().flat_map(|ids| ids.chunks(STRETCH)) {
                self.take_in(facts(pool, ids).await?);
            }
            changed.extend(changes.cards());
        } else {
            let mut stretches = Stretches::of_changed_after(self.version);
            while let Some(ids) = stretches.next(pool).await? {
                self.take_in(facts(pool, &ids).await?);
                changed.extend(ids);
            }
        }
        let removed: Vec<i64> = sqlx::query_scalar(include_str!("../../sql/gateway/cards_removed.sql"))
            .bind(self.version)
            .fetch_all(pool)
            .await?;
        for id in removed {
            changed.push(id);
            Arc::make_mut(&mut self.index).remove(id);
        }
        self.changed += changed.len() as u64;
        self.rows.changed(&changed, version);
        label(Arc::make_mut(&mut self.index), pool).await
    }

    /// Takes in what is told of cards' offers; those of them that the index doesn't know.
    fn reprice(&mut self, changes: &Changes) -> Vec<i64> {
        if changes.repriced.is_empty() {
            return Vec::new();
        }
        let index = Arc::make_mut(&mut self.index);
        let unknown = changes.repriced.iter().filter(|(card, offers)| !index.reprice(**card, offers));
        unknown.map(|(card, _)| *card).collect()
    }

    fn take_in(&mut self, cards: Vec<Changed>) {
        let index = Arc::make_mut(&mut self.index);
        for card in cards {
            if card.served {
                index.upsert(&card.into());
            } else {
                index.remove(card.id);
            }
        }
    }
}

/// What the index calls an availability that the database has a word for.
fn availability_name(word: &str) -> String {
    Availability::of(word).name().to_owned()
}

/// What the index knows of cards, of [`STRETCH`] at most.
async fn facts(pool: &PgPool, ids: &[i64]) -> sqlx::Result<Vec<Changed>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    sqlx::query_as(include_str!("../../sql/gateway/card_facts_by_id.sql")).bind(ids).fetch_all(pool).await
}

/// All cards that changed after a version, those that are not served any more among them, by their ids.
struct Stretches {
    version: i64,
    /// The last card of the stretch before.
    last: i64,
}

impl Stretches {
    fn of_changed_after(version: i64) -> Self {
        Self { version, last: i64::MIN }
    }

    /// Those in the next stretch, which may be none; `None`: there are no more cards.
    async fn next(&mut self, pool: &PgPool) -> sqlx::Result<Option<Vec<i64>>> {
        let (last, changed): (Option<i64>, Vec<i64>) =
            sqlx::query_as(include_str!("../../sql/gateway/cards_stretch.sql"))
                .bind(self.last)
                .bind(i64::try_from(STRETCH).unwrap_or(i64::MAX))
                .bind(self.version)
                .fetch_one(pool)
                .await?;
        let Some(last) = last else { return Ok(None) };
        self.last = last;
        Ok(Some(changed))
    }
}

/// The index is built on a thread of its own while cards are read: a million of them never are in memory twice.
async fn read_all(pool: &PgPool) -> sqlx::Result<Index> {
    let began = Instant::now();
    let (send, mut receive) = mpsc::channel::<Vec<Changed>>(READ_AHEAD);
    let built = tokio::task::spawn_blocking(move || {
        let cards = std::iter::from_fn(|| receive.blocking_recv()).flatten();
        Index::build(cards.filter(|card| card.served).map(CardFacts::from))
    });
    let mut stretches = Stretches::of_changed_after(NOTHING_READ);
    while let Some(ids) = stretches.next(pool).await? {
        if send.send(facts(pool, &ids).await?).await.is_err() {
            break;
        }
    }
    drop(send);
    let mut index = built.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
    label(&mut index, pool).await?;
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(cards = index.len(), duration_ms, "read all cards");
    Ok(index)
}

/// Says what people call the values of facets.
async fn label(index: &mut Index, pool: &PgPool) -> sqlx::Result<()> {
    for availability in Availability::ALL {
        index.set_label(FacetId::Availability, availability.name(), availability.label());
    }
    for maker in ChipMaker::ALL {
        index.set_label(FacetId::ChipMakers, maker.name(), maker.label());
    }
    let outputs = [
        ("hdmi", "HDMI"),
        ("displayport", "DisplayPort"),
        ("dvi", "DVI"),
        ("vga", "VGA"),
        ("usb-c", "USB-C"),
    ];
    for (kind, label) in outputs {
        index.set_label(FacetId::Outputs, kind, label);
    }
    let labels: Vec<(String, String, String)> =
        sqlx::query_as(include_str!("../../sql/gateway/labels_all.sql")).fetch_all(pool).await?;
    for (kind, value, label) in labels {
        let facet = if kind == "shop" { FacetId::Shops } else { FacetId::Technologies };
        index.set_label(facet, &value, &label);
    }
    Ok(())
}
