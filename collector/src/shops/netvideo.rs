//! NetVideo: technical characteristics, and its own price. Pages have numbers.

use std::{sync::Arc, time::Duration};

use chrono::SecondsFormat;
use events::{Availability, Interfaces, Listing, Specs};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use service::settings::SettingError;
use url::Url;

use super::{Crawled, Foreign, Position, RawPage, Request, Scope, Shop, endpoint, raw_items};
use crate::{
    listing::{Fields, Items, Trouble, read_items},
    reading::{Unreadable, day, gtin, memory, money, quantity, text},
    settings::{self, Variable},
};

/// The most that NetVideo gives a page.
const PER_PAGE: &str = "200";

/// The variable that holds the address.
const URL: Variable = Variable { name: "NETVIDEO_URL", default: "http://127.0.0.1:8080/netvideo" };

/// NetVideo's settings.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Where NetVideo's API is.
    #[arg(id = "netvideo_url", long = "netvideo-url", env = URL.name, default_value = URL.default)]
    url: String,
    /// The time between the starts of two crawls of NetVideo, e.g. 15s; COLLECT_EVERY unless given.
    #[arg(id = "netvideo_collect_every", long = "netvideo-collect-every", env = "NETVIDEO_COLLECT_EVERY")]
    collect_every: Option<String>,
}

impl Settings {
    /// The shop, if its settings are right.
    pub fn open(&self, every: Duration) -> Result<Crawled, SettingError> {
        let shop = NetVideo::new(&self.url)?;
        let every = settings::every_or("NETVIDEO_COLLECT_EVERY", self.collect_every.as_deref(), every)?;
        Ok(Crawled { shop: Arc::new(shop), every })
    }
}

/// The shop.
#[derive(Debug)]
pub struct NetVideo {
    endpoint: Url,
}

impl NetVideo {
    /// The shop at a base address.
    pub fn new(base: &str) -> Result<Self, SettingError> {
        Ok(Self { endpoint: endpoint(URL, base, "/v1/videocards")? })
    }
}

#[derive(Deserialize)]
struct Answer<'a> {
    page: u32,
    pages: u32,
    total: u64,
    #[serde(borrow, deserialize_with = "raw_items")]
    items: Vec<&'a RawValue>,
}

impl Shop for NetVideo {
    fn slug(&self) -> &'static str {
        "netvideo"
    }

    fn name(&self) -> &'static str {
        "NetVideo"
    }

    fn first(&self) -> Position {
        Position::Page { number: 1, last: None }
    }

    fn request(&self, scope: Scope, position: &Position) -> Request {
        let mut url = self.endpoint.clone();
        let mut query = url.query_pairs_mut();
        query.append_pair("page", &number(position).to_string()).append_pair("per_page", PER_PAGE);
        if let Scope::ChangedSince(moment) = scope {
            query.append_pair("updated_since", &moment.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
        drop(query);
        Request { url, headers: Vec::new() }
    }

    fn take_apart<'b>(&self, body: &'b [u8], position: &Position) -> Result<RawPage<'b>, Foreign> {
        let answer: Answer<'_> = serde_json::from_slice(body)?;
        let number = number(position);
        if answer.page != number {
            return Err(Foreign::AnotherPage);
        }
        let is_contradiction = answer.pages > number || (number == 1 && answer.total > 0);
        if answer.items.is_empty() && is_contradiction {
            return Err(Foreign::EmptyTooSoon);
        }
        let next = (answer.pages > number)
            .then(|| Position::Page { number: number.saturating_add(1), last: Some(answer.pages) });
        Ok(RawPage { items: answer.items, next })
    }

    fn id_field(&self) -> &'static str {
        "id"
    }

    fn items(&self, items: &[&RawValue]) -> Items {
        read_items(items, self.id_field(), listing)
    }

    fn skip(&self, position: &Position) -> Option<Position> {
        match *position {
            Position::Page { number, last: Some(last) } if number < last => {
                Some(Position::Page { number: number + 1, last: Some(last) })
            }
            _ => None,
        }
    }
}

/// The number of the page that is asked for.
fn number(position: &Position) -> u32 {
    match position {
        Position::Page { number, .. } => *number,
        Position::Cursor(_) => 1,
    }
}

fn listing(fields: &mut Fields<'_>) -> Result<Listing, Trouble> {
    let title = fields.required_text("title", text::title)?;
    let currency = fields.required_text("currency", money::currency)?;
    let price = fields.required_text("price", |amount| money::price(amount, currency))?;
    let stock = fields.required("stock", stock)?;
    let url = fields.required_text("url", text::address)?;
    let shop_updated_at = fields.required_text("updated_at", day::moment)?;
    let brand = fields.optional("vendor", text::name);
    let mpn = fields.optional("part_number", text::name);
    let gtin = fields.optional("ean", gtin::gtin14);
    let image = fields.optional("image", text::address);
    let mut characteristics = fields.inside("characteristics");
    Ok(Listing {
        title,
        url,
        brand,
        gpu: characteristics.optional("gpu", text::name),
        mpns: mpn.into_iter().collect(),
        gtins: gtin.into_iter().collect(),
        price,
        availability: if stock > 0 { Availability::InStock } else { Availability::OutOfStock },
        stock: Some(stock),
        images: image.into_iter().collect(),
        specs: specs(&mut characteristics),
        interfaces: Interfaces::default(),
        technologies: None,
        shop_updated_at,
    })
}

fn specs(fields: &mut Fields<'_>) -> Specs {
    Specs {
        memory_mb: fields.optional("memory_size", memory::size_mb),
        memory_type: fields.optional("memory_type", memory::kind),
        memory_bus_bits: fields.optional("memory_bus", quantity::memory_bus_bits),
        memory_bandwidth_mbps: fields.optional("memory_bandwidth", quantity::bandwidth_mbps),
        base_clock_mhz: fields.optional("base_clock", quantity::clock_mhz),
        boost_clock_mhz: fields.optional("boost_clock", quantity::clock_mhz),
        stream_processors: fields.optional("stream_processors", quantity::stream_processors),
        board_power_watts: fields.optional("tdp", quantity::power_watts),
        recommended_psu_watts: fields.optional("recommended_psu", quantity::power_watts),
        length_mm: fields.optional("length", quantity::length_mm),
        slot_width_hundredths: fields.optional("slots", quantity::slot_width_hundredths),
        process_nm: fields.optional("process", quantity::process_nm),
        architecture: fields.optional("architecture", text::name),
        released_on: fields.optional("release_date", day::day),
    }
}

/// How many there are; zero is a number here, and says that there are none.
fn stock(value: &Value) -> Result<u32, Unreadable> {
    let stock = value.as_i64().ok_or(Unreadable::WrongType)?;
    u32::try_from(stock).map_err(|_| Unreadable::Implausible)
}
