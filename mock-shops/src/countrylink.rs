//! CountryLink: interfaces, technologies and a price, behind a key, in pages that hang on a cursor.
//!
//! A crawl of everything goes by the shop's own numbering, in which nothing moves; a crawl of what has changed
//! goes from the oldest change to the newest, so that what changes meanwhile is met later, never missed.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::Response,
};
use secrecy::ExposeSecret as _;

use crate::{
    answers::{self, json, refuse},
    cursors::{Cursors, Position},
    json::Writer,
    ledger::Ledger,
    listings::Availability,
    mess::Mess,
    products::Products,
    shop::Shop,
    spelling,
    titles::Wording,
    world::World,
};

/// The most products on a page.
const MOST_A_PAGE: u32 = 500;
/// Products on a page where the request does not say.
const USUAL_A_PAGE: u32 = 100;
/// What the shop says of availability when it says nothing that others understand.
const OTHER_WORDS: [&str; 3] = ["call_us", "coming_soon", "on_request"];

/// A request that can't be answered, and why.
type Refusal = (StatusCode, String);

/// `GET /countrylink/api/products`.
pub(crate) async fn products(
    State(world): State<Arc<World>>,
    Query(parameters): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let key = headers.get("x-api-key").map(HeaderValue::as_bytes);
    if key != Some(world.api_key.expose_secret().as_bytes()) {
        return refuse(
            StatusCode::UNAUTHORIZED,
            "the header X-Api-Key has to hold a key that the shop knows",
        );
    }
    match answer(&world, &parameters) {
        Ok(body) => json(StatusCode::OK, Body::from(body)),
        Err((status, sentence)) => refuse(status, &sentence),
    }
}

fn answer(world: &World, parameters: &HashMap<String, String>) -> Result<String, Refusal> {
    let bad = |sentence: String| (StatusCode::BAD_REQUEST, sentence);
    let limit = answers::number(parameters, "limit", USUAL_A_PAGE, 1..=MOST_A_PAGE).map_err(bad)?;
    let changed_after = parameters.get("changed_after").map(|text| {
        text.parse::<i64>().map_err(|_| bad("changed_after has to be whole seconds since 1970".to_owned()))
    });
    let changed_after = changed_after.transpose()?;
    let category =
        parameters.get("category").ok_or_else(|| bad("category is missing; it can be gpu".to_owned()))?;
    if category != "gpu" {
        return Ok(r#"{"data":[],"next_cursor":null}"#.to_owned());
    }
    let ledger = world.ledger(Shop::CountryLink);
    let start = match parameters.get("cursor") {
        Some(cursor) => known_position(&world.cursors, &ledger, cursor)?,
        None => match changed_after {
            None => Position::Row(0),
            Some(after) => {
                let since = u64::try_from(after.saturating_add(1)).unwrap_or(0);
                place_of(&ledger, ledger.order().rows_before_time(since))
            }
        },
    };
    let (numbers, next) = take(&ledger, start, limit);
    Ok(write_page(world, &ledger, &numbers, next))
}

fn known_position(cursors: &Cursors, ledger: &Ledger, cursor: &str) -> Result<Position, Refusal> {
    cursors
        .decode(cursor)
        .filter(|position| match position {
            Position::Row(_) => true,
            Position::Place { generation, .. } => *generation == ledger.order().generation(),
        })
        .ok_or_else(|| {
            (StatusCode::GONE, "the cursor is no longer known; begin again without one".to_owned())
        })
}

/// The position of the row with so many older ones.
fn place_of(ledger: &Ledger, rank: u32) -> Position {
    let order = ledger.order();
    Position::Place { place: order.place_of_nth(rank) as u64, generation: order.generation() }
}

/// The listings from a position on, and where the next page begins, if there is one.
fn take(ledger: &Ledger, start: Position, limit: u32) -> (Vec<u32>, Option<Position>) {
    let mut numbers = Vec::with_capacity(limit as usize);
    match start {
        Position::Row(first) => {
            for row in first..ledger.row_count() {
                let number = ledger.listing_in_row(row);
                if ledger.is_removed(number) {
                    continue;
                }
                if numbers.len() == limit as usize {
                    return (numbers, Some(Position::Row(row)));
                }
                numbers.push(number);
            }
            (numbers, None)
        }
        Position::Place { place, .. } => {
            let order = ledger.order();
            let first = order.rows_before_place(usize::try_from(place).unwrap_or(usize::MAX));
            let end = first.saturating_add(limit);
            numbers
                .extend((first..end).map_while(|rank| order.nth(rank)).map(|row| ledger.listing_in_row(row)));
            (numbers, (end < order.len()).then(|| place_of(ledger, end)))
        }
    }
}

fn write_page(world: &World, ledger: &Ledger, numbers: &[u32], next: Option<Position>) -> String {
    let mut body = String::with_capacity(numbers.len() * 900 + 64);
    let mut answer = Writer::object(&mut body);
    answer.list("data", |data| {
        for number in numbers {
            data.element(|product| write_product(product, &world.products, ledger, *number));
        }
    });
    answer.text_or_null("next_cursor", next.map(|position| world.cursors.encode(position)).as_deref());
    drop(answer);
    body
}

fn write_product(out: &mut Writer<'_>, products: &Products, ledger: &Ledger, number: u32) {
    let listing = ledger.listing(number);
    let wording = ledger.wording(products, number);
    let code = ledger.id(number);
    let mut dice = wording.dice(3);
    // Which required field a malformed product lacks: 0 the name, 1 the price, 2 its amount, 3 its currency.
    let fault = listing.messes.has(Mess::Malformed).then(|| dice.below(4));
    out.text("code", &code);
    if fault != Some(0) {
        out.text("name", &ledger.title(number, &wording));
    }
    match (wording.brand(), dice.below(3)) {
        (None, 0) => {}
        (None, 1) => out.raw("brand", "null"),
        (brand, _) => out.nested("brand", |out| {
            out.raw("id", wording.facts.brand_id);
            out.text("name", brand.unwrap_or_default());
        }),
    }
    match (wording.part_number(), dice.below(3)) {
        (None, 0) => {}
        (None, 1) => out.raw("mpn", "null"),
        (mpn, _) => out.text("mpn", &mpn.unwrap_or_default()),
    }
    let barcode = wording.barcode();
    write_list(out, "barcodes", barcode.as_slice(), barcode.is_none().then(|| dice.below(3)));
    write_interfaces(out, &wording);
    write_technologies(out, &wording);
    match fault {
        Some(1) => out.raw("price", "null"),
        _ => out.nested("price", |price| {
            if fault != Some(2) {
                price.raw("amount_minor", ledger.shown_price_minor(number));
            }
            if fault != Some(3) {
                price.text("currency", listing.currency.code());
            }
        }),
    }
    let word = match listing.availability {
        Availability::Unknown => dice.pick(&OTHER_WORDS),
        known => known.word(),
    };
    out.text("availability", word);
    out.text("link", &format!("https://countrylink.example/p/{code}"));
    let image = [format!("https://countrylink.example/i/{code}/1.jpg")];
    let no_image = listing.messes.has(Mess::ImageAbsent);
    write_list(out, "images", if no_image { &[] } else { &image }, no_image.then(|| dice.below(3)));
    out.raw("changed", listing.changed_at);
}

fn write_interfaces(out: &mut Writer<'_>, wording: &Wording<'_>) {
    let Wording { facts, messes, .. } = wording;
    let missing = messes.has(Mess::InterfacesAbsent).then(|| wording.dice(5).below(6));
    match missing {
        Some(0) => return,
        Some(1) => return out.raw("interfaces", "null"),
        Some(2) => return out.nested("interfaces", |_| {}),
        _ => {}
    }
    out.nested("interfaces", |out| {
        if missing == Some(3) {
            out.raw("bus", "null");
        } else {
            out.text("bus", &spelling::bus(facts.chip, *messes));
        }
        if missing != Some(4) {
            out.texts("video", facts.chip.outputs.iter().map(|output| spelling::port(output, *messes)));
        }
        let power = &facts.chip.power_connectors;
        if missing == Some(5) {
            out.raw("power", "null");
        } else {
            out.texts("power", power.iter().map(|plug| format!("{}-pin x{}", plug.pins, plug.count)));
        }
    });
}

fn write_technologies(out: &mut Writer<'_>, wording: &Wording<'_>) {
    let mut dice = wording.dice(6);
    if wording.messes.has(Mess::TechnologiesAbsent) {
        return write_list(out, "technologies", &[], Some(dice.below(3)));
    }
    let chip = wording.facts.chip;
    let mut say = |technology| spelling::technology(technology, chip.maker, wording.messes, &mut dice);
    out.texts("technologies", chip.technologies.iter().map(&mut say));
}

/// A list of texts; one that the shop does not have is absent, `null` or empty, by `way`.
fn write_list(out: &mut Writer<'_>, name: &str, values: &[String], way: Option<u32>) {
    match way {
        Some(0) => {}
        Some(1) => out.raw(name, "null"),
        _ => out.texts(name, values),
    }
}
