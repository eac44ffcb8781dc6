//! NetVideo: technical characteristics and a price, in numbered pages of a live list, the newest change first.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher as _},
    sync::Arc,
};

use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chrono::{DateTime, SecondsFormat};

use crate::{
    answers::{self, json, refuse},
    json::{self as write, Writer},
    ledger::Ledger,
    mess::Mess,
    products::Products,
    shop::Shop,
    spelling,
    titles::Wording,
    world::World,
};

/// The most items on a page.
const MOST_PER_PAGE: u32 = 200;
/// Items on a page where the request does not say.
const USUAL_PER_PAGE: u32 = 100;

/// What of the list is wanted.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    page: u32,
    per_page: u32,
    /// Seconds since 1970; that second itself is wanted too.
    updated_since: Option<u64>,
}

/// `GET /netvideo/v1/videocards`.
pub(crate) async fn videocards(
    State(world): State<Arc<World>>,
    Query(parameters): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let wanted = match wanted(&parameters) {
        Ok(wanted) => wanted,
        Err(sentence) => return refuse(StatusCode::BAD_REQUEST, &sentence),
    };
    let body = page(&world.products, &world.ledger(Shop::NetVideo), wanted);
    let tag = entity_tag(&body);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|value| matches_tag(value, &tag));
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { json(StatusCode::OK, Body::from(body)) };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn wanted(parameters: &HashMap<String, String>) -> Result<Wanted, String> {
    let page = answers::number(parameters, "page", 1, 1..=u32::MAX)?;
    let per_page = answers::number(parameters, "per_page", USUAL_PER_PAGE, 1..=MOST_PER_PAGE)?;
    let updated_since = parameters.get("updated_since").map(|text| {
        let time = DateTime::parse_from_rfc3339(text)
            .map_err(|_| "updated_since has to be a time like 2026-11-20T10:12:00Z".to_owned())?;
        // A fraction of a second leaves only the next whole second on the wanted side.
        let seconds = time.timestamp() + i64::from(time.timestamp_subsec_nanos() > 0);
        Ok::<_, String>(u64::try_from(seconds).unwrap_or(0))
    });
    Ok(Wanted { page, per_page, updated_since: updated_since.transpose()? })
}

/// A page of the list.
fn page(products: &Products, ledger: &Ledger, wanted: Wanted) -> String {
    let Wanted { page, per_page, updated_since } = wanted;
    let order = ledger.order();
    let skipped = updated_since.map_or(0, |since| order.rows_before_time(since));
    let total = order.len() - skipped;
    let first = u64::from(page - 1) * u64::from(per_page);
    let mut body = String::with_capacity(per_page as usize * 900 + 64);
    let mut answer = Writer::object(&mut body);
    answer.raw("page", page);
    answer.raw("pages", total.div_ceil(per_page));
    answer.raw("total", total);
    answer.list("items", |items| {
        let places = (first..first + u64::from(per_page)).take_while(|place| *place < u64::from(total));
        for place in places {
            let newer = u32::try_from(place).unwrap_or(u32::MAX);
            let Some(row) = order.nth(order.len() - 1 - newer) else { break };
            let number = ledger.listing_in_row(row);
            items.element(|item| write_item(item, products, ledger, number));
        }
    });
    drop(answer);
    body
}

fn write_item(item: &mut Writer<'_>, products: &Products, ledger: &Ledger, number: u32) {
    let listing = ledger.listing(number);
    let wording = ledger.wording(products, number);
    let id = ledger.id_number(number);
    let mut dice = wording.dice(3);
    // Which required field a malformed item lacks: 0 the title, 1 the price, 2 the price's sense, 3 the currency.
    let fault = listing.messes.has(Mess::Malformed).then(|| dice.below(4));
    item.raw("id", id);
    if fault != Some(0) {
        item.text("title", &ledger.title(number, &wording));
    }
    let part_number = wording.part_number();
    let barcode = wording.barcode();
    for (name, value) in
        [("vendor", wording.brand()), ("part_number", part_number.as_deref()), ("ean", barcode.as_deref())]
    {
        match value {
            Some(value) => item.text(name, value),
            None => write_unknown(item, name, dice.below(5)),
        }
    }
    item.nested("characteristics", |characteristics| write_characteristics(characteristics, &wording));
    match fault {
        Some(1) => item.raw("price", "null"),
        Some(2) => item.text("price", "call us"),
        _ => item.text("price", &write::decimal(ledger.shown_price_minor(number), listing.currency.digits())),
    }
    if fault != Some(3) {
        item.text("currency", listing.currency.code());
    }
    item.raw("stock", listing.stock);
    item.text("url", &format!("https://netvideo.example/videocards/{id}"));
    if listing.messes.has(Mess::ImageAbsent) {
        write_unknown(item, "image", dice.below(5));
    } else {
        item.text("image", &format!("https://netvideo.example/i/{id}.jpg"));
    }
    item.text("updated_at", &time(listing.changed_at));
}

fn write_characteristics(out: &mut Writer<'_>, wording: &Wording<'_>) {
    let Wording { facts, messes, .. } = wording;
    let chip = facts.chip;
    let gpu = if messes.has(Mess::ChipWithMemory) {
        format!("{} {}GB", chip.name, chip.memory_mb / 1024)
    } else {
        chip.name.clone()
    };
    let values = [
        ("gpu", gpu),
        ("architecture", chip.architecture.clone()),
        ("process", format!("{} nm", chip.process_nm)),
        ("memory_size", spelling::memory(chip.memory_mb, *messes)),
        ("memory_type", chip.memory_type.clone()),
        ("memory_bus", format!("{} bit", chip.memory_bus_bits)),
        ("memory_bandwidth", format!("{} GB/s", chip.memory_bandwidth_gbps)),
        ("base_clock", spelling::base_clock(chip.base_clock_mhz, *messes)),
        ("boost_clock", spelling::boost_clock(facts.boost_clock_mhz(), *messes)),
        ("stream_processors", chip.shaders.to_string()),
        ("tdp", spelling::power(chip.tdp_w, *messes)),
        ("length", spelling::length(facts.length_mm(), *messes)),
        ("slots", facts.line.slots.clone()),
        ("recommended_psu", spelling::power(chip.psu_w, *messes)),
        ("release_date", chip.released_on.clone()),
    ];
    let mut dice = wording.dice(4);
    for (name, value) in values {
        let unknown = messes.has(Mess::ValuesUnknown) && dice.hits(2_500)
            || name == "memory_size" && messes.has(Mess::MemoryOnlyInTitle);
        if unknown {
            let quantity = !["gpu", "architecture", "memory_type", "release_date"].contains(&name);
            write_unknown(out, name, dice.below(if quantity { 7 } else { 5 }));
        } else {
            out.text(name, &value);
        }
    }
}

/// A value that the shop does not know, in one of its seven ways of saying so; the last two are zeros, which
/// only stand where a quantity would.
fn write_unknown(out: &mut Writer<'_>, name: &str, way: u32) {
    match way {
        0 => {}
        1 => out.raw(name, "null"),
        2 => out.text(name, ""),
        3 => out.text(name, "-"),
        4 => out.text(name, "n/a"),
        5 => out.text(name, "0"),
        _ => out.raw(name, 0),
    }
}

fn time(seconds: u32) -> String {
    DateTime::from_timestamp(i64::from(seconds), 0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A strong validator: it is made from every byte of the answer.
fn entity_tag(body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(body.as_bytes());
    format!("\"{:016x}\"", hasher.finish())
}

/// Whether a field of `If-None-Match` names this tag; a weak one will do, as RFC 9110 has it.
fn matches_tag(value: &HeaderValue, tag: &str) -> bool {
    let known =
        |candidate: &str| candidate == "*" || candidate.strip_prefix("W/").unwrap_or(candidate) == tag;
    value.to_str().is_ok_and(|value| value.split(',').any(|candidate| known(candidate.trim())))
}
