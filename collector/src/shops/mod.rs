//! The shops. Each is one file that says how to ask for a page and how to read it, and one line below.
//!
//! A shop is pure: it builds requests and turns bytes into listings and rejects. Fetching, pacing, retries and
//! storing are the same for all of them and stand elsewhere. Nothing outside a shop's file knows its dialect.

pub mod client;

use std::{
    fmt::{self, Debug, Formatter},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderName, HeaderValue};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use service::settings::SettingError;
use url::Url;

use crate::{
    listing::Items,
    settings::{self, Variable},
};

/// Declares the shops' modules, their settings, and how they are opened.
macro_rules! shops {
    ($($shop:ident),+ $(,)?) => {
        $(pub mod $shop;)+

        /// The settings of all shops, each shop's own in its file.
        #[derive(Clone, Debug, clap::Args)]
        #[group(skip)]
        pub struct ShopSettings {
            $(
                #[command(flatten)]
                $shop: $shop::Settings,
            )+
        }

        impl ShopSettings {
            /// The shops that are to be crawled; `every` is for those without an interval of their own.
            pub fn open(&self, every: Duration) -> Result<Vec<Crawled>, SettingError> {
                Ok(vec![$(self.$shop.open(every)?),+])
            }
        }
    };
}

shops!(netvideo, countrylink);

/// A shop that is to be crawled.
#[derive(Clone, Debug)]
pub struct Crawled {
    /// The shop.
    pub shop: Arc<dyn Shop>,
    /// The time between the starts of two crawls.
    pub every: Duration,
}

/// How one shop is asked and understood.
pub trait Shop: Debug + Send + Sync {
    /// The shop's short name in events, metrics and the store.
    fn slug(&self) -> &'static str;

    /// The shop's name for people.
    fn name(&self) -> &'static str;

    /// Where a crawl begins.
    fn first(&self) -> Position;

    /// The request for one page.
    fn request(&self, scope: Scope, position: &Position) -> Request;

    /// Takes the answer to the request for `position` apart, without reading its items. Never panics, whatever the bytes.
    fn take_apart<'b>(&self, body: &'b [u8], position: &Position) -> Result<RawPage<'b>, Foreign>;

    /// The field of an item that identifies its listing.
    fn id_field(&self) -> &'static str;

    /// Reads items, each on its own. Never panics, whatever they are.
    fn items(&self, items: &[&RawValue]) -> Items;

    /// Reads the answer to the request for `position`. Never panics, whatever the bytes.
    fn read(&self, body: &[u8], position: &Position) -> Result<Page, Foreign> {
        let RawPage { items, next } = self.take_apart(body, position)?;
        Ok(Page { items: self.items(&items), next })
    }

    /// Where to go on behind a page that could not be read; `None` if only that page would have told.
    fn skip(&self, position: &Position) -> Option<Position>;

    /// The variable that holds the key to the shop, if it needs one: a shop that refuses the key names it.
    fn key_variable(&self) -> Option<&'static str> {
        None
    }
}

/// What a crawl asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every listing.
    Full,
    /// The listings that have changed since a moment of the shop's clock.
    ChangedSince(DateTime<Utc>),
}

/// Where in a crawl a page is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// A page by its number, and the last number that the shop has told.
    Page {
        /// Counted from 1.
        number: u32,
        /// `None` before the first answer.
        last: Option<u32>,
    },
    /// A page by what the page before it told; `None` for the first.
    Cursor(Option<String>),
}

/// Of a longer cursor only so much stands in a place: it has to fit into an index.
const LONGEST_PLACE_BYTES: usize = 200;

impl Position {
    /// The position in words, under which a page that was refused is kept.
    pub fn place(&self) -> String {
        let mut place = match self {
            Self::Page { number, .. } => format!("page {number}"),
            Self::Cursor(None) => "first page".to_owned(),
            Self::Cursor(Some(cursor)) => format!("cursor {cursor}"),
        };
        place.truncate(place.floor_char_boundary(LONGEST_PLACE_BYTES));
        // Postgres has no text with it.
        place.retain(|character| character != '\0');
        place
    }

    /// The position of a numbered page, from what it is in words. Other pages don't say where they stand.
    pub fn from_place(place: &str) -> Option<Self> {
        let number = place.strip_prefix("page ")?.parse().ok()?;
        Some(Self::Page { number, last: None })
    }
}

/// A request for a page. All are GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub url: Url,
    /// Headers beyond those that all requests have.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// A page whose items were not read.
#[derive(Clone, Debug)]
pub struct RawPage<'b> {
    /// What it holds, each as the shop wrote it.
    pub items: Vec<&'b RawValue>,
    /// Where the next page is, `None` if this was the last.
    pub next: Option<Position>,
}

/// A page that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What it holds.
    pub items: Items,
    /// Where the next page is, `None` if this was the last.
    pub next: Option<Position>,
}

/// Why bytes are not a page of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// Not JSON, or JSON that breaks off.
    #[error("the page is not JSON")]
    NotJson,
    /// JSON without what a page has.
    #[error("the page has not the form of the shop's pages")]
    WrongForm,
    /// Another page than was asked for.
    #[error("the page is another than the one asked for")]
    AnotherPage,
    /// Nothing, where the same page says that there is more.
    #[error("the page is empty though it says that there is more")]
    EmptyTooSoon,
    /// The same items as on an earlier page, or a position that was there before.
    #[error("the pages go round in a circle")]
    Circle,
    /// More bytes than a page may have once unpacked.
    #[error("the page is too large")]
    TooLarge,
    /// Compressed in a way that can't be undone, or broken off.
    #[error("the page can't be unpacked or breaks off")]
    BrokenOff,
}

impl From<serde_json::Error> for Foreign {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::WrongForm } else { Self::NotJson }
    }
}

/// A page with more items is none: it is ten times what any shop is asked for. An item can be two bytes long, and takes a
/// hundred times as many to refuse: eight million of them fit into the largest body.
const MOST_ITEMS: usize = 5_000;

/// Reads the items of a page, each as the shop wrote it.
fn raw_items<'de, D: Deserializer<'de>>(page: D) -> Result<Vec<&'de RawValue>, D::Error> {
    struct RawItems;

    impl<'de> Visitor<'de> for RawItems {
        type Value = Vec<&'de RawValue>;

        fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
            write!(out, "a list of no more than {MOST_ITEMS} items")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = list.next_element()? {
                if items.len() == MOST_ITEMS {
                    return Err(A::Error::invalid_length(MOST_ITEMS + 1, &self));
                }
                items.push(item);
            }
            Ok(items)
        }
    }

    page.deserialize_seq(RawItems)
}

/// A shop's address and path as one URL.
fn endpoint(variable: Variable, base: &str, path: &str) -> Result<Url, SettingError> {
    let base = settings::base_url(variable, base)?;
    Url::parse(&format!("{}{path}", base.as_str().trim_end_matches('/')))
        .map_err(|error| variable.wrong(error.to_string()))
}
