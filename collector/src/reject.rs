//! What was refused, with its reason: kept so that a person can see what a shop sends that we can't read, and whole,
//! so that a parser that has learnt to read it can do so later.

use crate::{
    listing::{RefusedItem, Trouble},
    shops::{Foreign, Position},
};

/// Of longer contents only so much is kept: more than the largest sound page has.
const KEPT_BYTES: usize = 2 * 1024 * 1024;

/// Something that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Of which listing; empty where that can't be told.
    pub listing_id: String,
    /// What it is.
    pub kind: RejectKind,
    /// The field that is to blame, in the shop's dialect; of a page, where it stood.
    pub field: String,
    /// Why it was refused. The same for all of a kind, so that they can be counted.
    pub reason: String,
    /// What was refused, cut if it is long.
    pub content: Vec<u8>,
    /// How long it was.
    pub content_bytes: i64,
}

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectKind {
    /// A whole page.
    Page,
    /// An item of a page.
    Item,
    /// A field of an item whose other fields are used.
    Field,
}

impl RejectKind {
    /// Its name in the store and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Item => "item",
            Self::Field => "field",
        }
    }
}

impl Reject {
    /// A page whose bytes can't be read.
    pub fn of_page(position: &Position, reason: Foreign, body: &[u8]) -> Self {
        Self::new("", RejectKind::Page, &position.place(), reason.to_string(), body)
    }

    /// An item that is not a listing.
    pub fn of_item(item: &RefusedItem) -> Self {
        let id = item.id.as_deref().unwrap_or_default();
        let reason = item.trouble.reason.to_string();
        Self::new(id, RejectKind::Item, item.trouble.field, reason, item.received.as_bytes())
    }

    /// A field that can't be read.
    pub fn of_field(listing_id: &str, trouble: &Trouble) -> Self {
        let reason = trouble.reason.to_string();
        Self::new(listing_id, RejectKind::Field, trouble.field, reason, trouble.text.as_bytes())
    }

    /// What makes two refusals the same.
    pub fn key(&self) -> (String, RejectKind, String, String) {
        (self.listing_id.clone(), self.kind, self.field.clone(), self.reason.clone())
    }

    fn new(listing_id: &str, kind: RejectKind, field: &str, reason: String, content: &[u8]) -> Self {
        Self {
            listing_id: listing_id.to_owned(),
            kind,
            field: field.to_owned(),
            reason,
            content: content[..content.len().min(KEPT_BYTES)].to_vec(),
            content_bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
        }
    }
}
