//! An index of all served video cards, in memory: which cards a list has, in which order, how many, with which
//! facets and prices, and what a search finds.
//!
//! Postgres holds the truth; this is built from it and follows it, so that no answer takes the longer the more
//! cards there are, as a count in SQL does. It is a pure data structure: no IO, no async, no clock. Whatever
//! it is asked, it never panics, and nothing in it is worked out in advance that could become wrong.
//!
//! # How it is held
//!
//! An [`Index`] is a value. All of its parts are shared between clones until one of them changes, so a clone is
//! a snapshot of the catalogue that costs some tens of microseconds, and a change copies some kilobytes. One
//! writer keeps an index of its own, applies a batch of changes to it, and publishes a clone; readers take what
//! is published and keep it for as long as they need it, for all parts of an answer. So readers never wait for
//! the writer, and never see half of a batch:
//!
//! ```
//! use std::sync::{Arc, PoisonError, RwLock};
//! use catalogue_index::{CardFacts, Filter, Index, List, Sort, Stretch};
//!
//! let published = RwLock::new(Arc::new(Index::new()));
//!
//! // The writer. The lock is held for as long as it takes to exchange two pointers; the old index is dropped
//! // outside.
//! let mut mine = Index::build([CardFacts { id: 1, name_key: "asus rtx 4070".into(), ..CardFacts::default() }]);
//! mine.upsert(&CardFacts { id: 2, name_key: "msi rtx 4060".into(), ..CardFacts::default() });
//! let next = Arc::new(mine.clone());
//! let old = std::mem::replace(&mut *published.write().unwrap_or_else(PoisonError::into_inner), next);
//! drop(old);
//!
//! // A reader.
//! let index = Arc::clone(&published.read().unwrap_or_else(PoisonError::into_inner));
//! let list = List::new(index, Filter { search: Some("rtx4070".into()), ..Filter::default() })?;
//! let page = list.page(Sort::Relevance, &Stretch { size: 20, ..Stretch::default() })?;
//! assert_eq!(page.places.iter().map(|place| place.id).collect::<Vec<_>>(), [1]);
//! assert_eq!(list.count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Search
//!
//! A search looks in names, in what brands and chips are called, and in codes. Case, accents and the alphabet
//! don't matter (Cyrillic is read as Latin letters), nor does the order of the words. All words must be found:
//!
//! - as they stand, cut where letters and digits meet: `rtx4070`, `RTX 4070` and `4070 rtx` are the same;
//! - as a beginning, where a word has three letters or more, and always for the last one, which may still be
//!   being typed;
//! - with one typo from four letters on and two from eight on, in words of letters only. A number tells one
//!   product from another and must be right: `4070` never finds a 4060. A word that is known as it was typed is
//!   taken for a typo of those words only that are ten times as frequent;
//! - as a code, whole or by its first four characters with a digit among them, without separators; a barcode by
//!   its first six digits, with or without zeros in front. Codes can stand beside other words, or be the whole
//!   query with spaces in them.
//!
//! Ranked ([`Sort::Relevance`]) are those first whose words are all found as they stand, then those where some
//! are beginnings, then typos, then codes; among equals the shorter name, then the lower price.
//!
//! Of a query the first 1,000 characters and 32 runs of letters or digits are looked for.

mod attribute;
mod build;
mod cards;
mod column;
mod condition;
mod facets;
mod facts;
mod filter;
mod index;
mod known;
mod list;
mod order;
mod page;
mod prices;
mod search;
mod segment;
mod slots;
mod sort;
mod steps;
mod suggest;
mod texts;

pub use facets::{Facet, FacetId, FacetValue};
pub use facts::{BrandFacts, CardFacts, GpuFacts, OfferFacts};
pub use filter::{Filter, FilterTooDeep, SetFilter, Span};
pub use index::Index;
pub use list::List;
pub use page::{Page, Stretch};
pub use prices::{MOST_BUCKETS, PriceBucket, PriceStats};
pub use sort::{ForeignPlace, Key, Place, Sort};
