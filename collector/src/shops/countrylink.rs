//! CountryLink: interfaces and supported technologies, and its own price. Pages are chained by cursors.

use std::{path::PathBuf, sync::Arc, time::Duration};

use events::{Interfaces, Listing, Specs};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use service::settings::{SettingError, secret};
use url::Url;

use super::{Crawled, Foreign, Position, RawPage, Request, Scope, Shop, endpoint, raw_items};
use crate::{
    listing::{Fields, Items, Trouble, read_items},
    reading::{Unreadable, bus, day, gtin, money, ports, power, technology, text},
    settings::{self, Variable},
};

/// The most that CountryLink gives a page.
const LIMIT: &str = "500";
/// A longer cursor is none: servers take no longer addresses.
const LONGEST_CURSOR_BYTES: usize = 8 * 1024;
/// The variable that holds the key.
const KEY: Variable = Variable { name: "COUNTRYLINK_API_KEY", default: "demo-key" };

/// The variable that holds the address.
const URL: Variable = Variable { name: "COUNTRYLINK_URL", default: "http://127.0.0.1:8080/countrylink" };

/// CountryLink's settings.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Where CountryLink's API is.
    #[arg(id = "countrylink_url", long = "countrylink-url", env = URL.name, default_value = URL.default)]
    url: String,
    /// The key to CountryLink's API; without it the mock shops' key.
    #[arg(id = "countrylink_api_key", long = "countrylink-api-key", env = KEY.name, hide_env_values = true)]
    api_key: Option<SecretString>,
    /// A file that holds COUNTRYLINK_API_KEY, for secrets that are mounted.
    #[arg(id = "countrylink_api_key_file", long = "countrylink-api-key-file", env = "COUNTRYLINK_API_KEY_FILE")]
    api_key_file: Option<PathBuf>,
    /// The time between the starts of two crawls of CountryLink, e.g. 15s; COLLECT_EVERY unless given.
    #[arg(id = "countrylink_collect_every", long = "countrylink-collect-every", env = "COUNTRYLINK_COLLECT_EVERY")]
    collect_every: Option<String>,
}

impl Settings {
    /// The shop, if its settings are right.
    pub fn open(&self, every: Duration) -> Result<Crawled, SettingError> {
        let key = secret(KEY.name, KEY.default, self.api_key.as_ref(), self.api_key_file.as_deref())?;
        let shop = CountryLink::new(&self.url, &key.unwrap_or_default())?;
        let own = self.collect_every.as_deref();
        let every = settings::every_or("COUNTRYLINK_COLLECT_EVERY", own, every)?;
        Ok(Crawled { shop: Arc::new(shop), every })
    }
}

/// The shop.
#[derive(Debug)]
pub struct CountryLink {
    endpoint: Url,
    /// Marked as sensitive, so that it is never printed.
    key: HeaderValue,
}

impl CountryLink {
    /// The shop at a base address, with the key to it.
    pub fn new(base: &str, key: &SecretString) -> Result<Self, SettingError> {
        let mut key = HeaderValue::from_str(KEY.given(key.expose_secret()))
            .map_err(|_| KEY.wrong("it holds a character that no key has"))?;
        key.set_sensitive(true);
        Ok(Self { endpoint: endpoint(URL, base, "/api/products")?, key })
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, deserialize_with = "raw_items")]
    data: Vec<&'a RawValue>,
    /// Null on the last page, and never absent: a page without it breaks off.
    #[serde(deserialize_with = "Option::deserialize")]
    next_cursor: Option<String>,
}

impl Shop for CountryLink {
    fn slug(&self) -> &'static str {
        "countrylink"
    }

    fn name(&self) -> &'static str {
        "CountryLink"
    }

    fn first(&self) -> Position {
        Position::Cursor(None)
    }

    fn request(&self, scope: Scope, position: &Position) -> Request {
        let mut url = self.endpoint.clone();
        let mut query = url.query_pairs_mut();
        query.append_pair("category", "gpu").append_pair("limit", LIMIT);
        if let Position::Cursor(Some(cursor)) = position {
            query.append_pair("cursor", cursor);
        }
        if let Scope::ChangedSince(moment) = scope {
            query.append_pair("changed_after", &moment.timestamp().to_string());
        }
        drop(query);
        Request { url, headers: vec![(HeaderName::from_static("x-api-key"), self.key.clone())] }
    }

    fn take_apart<'b>(&self, body: &'b [u8], _position: &Position) -> Result<RawPage<'b>, Foreign> {
        let answer: Answer<'_> = serde_json::from_slice(body)?;
        // Postgres, where a page is kept with what it leads on to, has no text with U+0000.
        let is_none = |cursor: &String| cursor.len() > LONGEST_CURSOR_BYTES || cursor.contains('\0');
        if answer.next_cursor.as_ref().is_some_and(is_none) {
            return Err(Foreign::WrongForm);
        }
        let next = answer.next_cursor.map(|cursor| Position::Cursor(Some(cursor)));
        Ok(RawPage { items: answer.data, next })
    }

    fn id_field(&self) -> &'static str {
        "code"
    }

    fn items(&self, items: &[&RawValue]) -> Items {
        read_items(items, self.id_field(), listing)
    }

    fn skip(&self, _position: &Position) -> Option<Position> {
        None
    }

    fn key_variable(&self) -> Option<&'static str> {
        Some(KEY.name)
    }
}

fn listing(fields: &mut Fields<'_>) -> Result<Listing, Trouble> {
    let title = fields.required_text("name", text::title)?;
    let availability = fields.required_text("availability", |word| Ok(text::availability(word)))?;
    let url = fields.required_text("link", text::address)?;
    let shop_updated_at = fields.required("changed", |value| {
        day::moment_of_seconds(value.as_i64().ok_or(Unreadable::WrongType)?)
    })?;
    let price = {
        let price = fields.inside("price");
        let currency = price.required_text("currency", money::currency)?;
        price.required("amount_minor", |value: &Value| {
            money::price_of_minor(value.as_i64().ok_or(Unreadable::WrongType)?, currency)
        })?
    };
    let mpn = fields.optional("mpn", text::name);
    let mut gtins = fields.list("barcodes", |text| Ok(vec![gtin::gtin14(text)?])).unwrap_or_default();
    gtins.sort();
    gtins.dedup();
    let images = fields.list("images", |text| Ok(vec![text::address(text)?])).unwrap_or_default();
    let technologies = fields.list("technologies", |text| Ok(technology::technology(text)?.into_iter().collect()));
    let brand = fields.inside("brand").optional("name", text::name);
    let interfaces = interfaces(&mut fields.inside("interfaces"));
    Ok(Listing {
        title,
        url,
        brand,
        gpu: None,
        mpns: mpn.into_iter().collect(),
        gtins,
        price,
        availability,
        stock: None,
        images,
        specs: Specs::default(),
        interfaces,
        technologies: technologies.map(technology::unique),
        shop_updated_at,
    })
}

fn interfaces(fields: &mut Fields<'_>) -> Interfaces {
    Interfaces {
        bus: fields.optional("bus", bus::bus),
        outputs: fields.list("video", ports::outputs).map(ports::sum),
        power_connectors: fields.list("power", power::connectors).map(power::sum),
    }
}
