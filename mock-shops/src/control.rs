//! The controls below `/_mock`: what is true, what has been asked, what is wrong on purpose, and changes to
//! single listings. They are for tests and for people; no shop has them.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures::stream;

use crate::{
    answers::{self, json, refuse},
    changes::Change,
    faults::Fault,
    json::Writer,
    shop::Shop,
    truth,
    world::{self, World},
};

/// So many products are written at a time, and so many are sure to be true at one moment.
const PORTION: u32 = 10_000;

/// `GET /_mock/products`: the whole truth, or `limit` products after the one with the id `after`.
pub(crate) async fn products(
    State(world): State<Arc<World>>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    let total = world.products.len();
    let range = answers::number(&parameters, "after", 0, 0..=u32::MAX).and_then(|after| {
        let limit = answers::number(&parameters, "limit", u32::MAX, 1..=u32::MAX)?;
        let start = after.min(total);
        Ok(start..start.saturating_add(limit).min(total))
    });
    let range = match range {
        Ok(range) => range,
        Err(sentence) => return refuse(StatusCode::BAD_REQUEST, &sentence),
    };
    let end = range.end;
    let portions =
        range.clone().step_by(PORTION as usize).map(move |start| start..(start + PORTION).min(end));
    let next = if end < total { end.to_string() } else { "null".to_owned() };
    let first = format!(r#"{{"seed":{},"products":["#, world.products.seed());
    let last = format!(r#"],"next":{next}}}"#);
    let start = range.start;
    let middle = portions.map(move |portion| {
        let mut out = String::new();
        if portion.start > start {
            out.push(',');
        }
        truth::write_products(&mut out, &world, portion);
        out
    });
    let parts = std::iter::once(first).chain(middle).chain([last]).map(Ok::<_, std::convert::Infallible>);
    json(StatusCode::OK, Body::from_stream(stream::iter(parts)))
}

/// `GET /_mock/stats`.
pub(crate) async fn stats(State(world): State<Arc<World>>) -> Response {
    let mut out = String::new();
    let mut answer = Writer::object(&mut out);
    for shop in Shop::ALL {
        answer.nested(shop.slug(), |counts| world.stats(shop).write(counts));
    }
    drop(answer);
    json(StatusCode::OK, Body::from(out))
}

/// `DELETE /_mock/stats`: counts anew.
pub(crate) async fn forget_stats(State(world): State<Arc<World>>) -> StatusCode {
    for shop in Shop::ALL {
        world.stats(shop).forget();
    }
    StatusCode::NO_CONTENT
}

/// `GET /_mock/faults`.
pub(crate) async fn faults(State(world): State<Arc<World>>) -> Response {
    let faults: Vec<Fault> = Shop::ALL.into_iter().filter_map(|shop| world.fault(shop).clone()).collect();
    json(StatusCode::OK, Body::from(serde_json::json!({ "faults": faults }).to_string()))
}

/// `PUT /_mock/faults`: from now on, until it is ended or another one takes its place.
pub(crate) async fn set_fault(state: State<Arc<World>>, body: Bytes) -> Response {
    let (fault, shops) = match Fault::parse(&body).and_then(|fault| Ok((named(&fault.shop)?, fault))) {
        Ok((shops, fault)) => (fault, shops),
        Err(sentence) => return refuse(StatusCode::BAD_REQUEST, &sentence),
    };
    for shop in shops {
        *state.fault(shop) = Some(fault.of(shop));
    }
    faults(state).await
}

/// `DELETE /_mock/faults[?shop=…]`.
pub(crate) async fn end_faults(
    State(world): State<Arc<World>>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    match named(parameters.get("shop").map_or("all", String::as_str)) {
        Ok(shops) => {
            for shop in shops {
                *world.fault(shop) = None;
            }
            StatusCode::NO_CONTENT.into_response()
        }
        Err(sentence) => refuse(StatusCode::BAD_REQUEST, &sentence),
    }
}

fn named(shop: &str) -> Result<Vec<Shop>, String> {
    if shop == "all" {
        return Ok(Shop::ALL.to_vec());
    }
    let known =
        Shop::from_slug(shop).ok_or_else(|| "shop has to be netvideo, countrylink or all".to_owned())?;
    Ok(vec![known])
}

/// `GET /_mock/listings/{shop}/{id}`: what is true of one listing.
pub(crate) async fn listing(State(world): State<Arc<World>>, Path(path): Path<(String, String)>) -> Response {
    match find_offered(&world, &path) {
        Ok((shop, number)) => show(&world, shop, number),
        Err(response) => response,
    }
}

/// `PATCH /_mock/listings/{shop}/{id}`.
pub(crate) async fn change_listing(
    State(world): State<Arc<World>>,
    Path(path): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let (shop, number) = match find_offered(&world, &path) {
        Ok(found) => found,
        Err(response) => return response,
    };
    let applied = Change::parse(&body).and_then(|change| {
        let mut ledger = world.ledger_mut(shop);
        let changed = change.applied_to(ledger.listing(number), shop)?;
        let now = world::now();
        if let Some(title) = change.title {
            ledger.rename(number, now, title);
        }
        ledger.change(number, now, |listing| *listing = changed);
        Ok(())
    });
    match applied {
        Ok(()) => show(&world, shop, number),
        Err(sentence) => refuse(StatusCode::BAD_REQUEST, &sentence),
    }
}

/// `DELETE /_mock/listings/{shop}/{id}`: takes it away.
pub(crate) async fn remove_listing(
    State(world): State<Arc<World>>,
    Path(path): Path<(String, String)>,
) -> Response {
    match find_offered(&world, &path) {
        Ok((shop, number)) => {
            world.ledger_mut(shop).remove(number);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(response) => response,
    }
}

/// `PUT /_mock/listings/{shop}/{id}` and `POST …/restore`: brings it back. One that is there stays as it is.
pub(crate) async fn restore_listing(
    State(world): State<Arc<World>>,
    Path(path): Path<(String, String)>,
) -> Response {
    match find(&world, &path) {
        Ok((shop, number)) => {
            let mut ledger = world.ledger_mut(shop);
            if ledger.is_removed(number) {
                ledger.restore(number, world::now());
            }
            drop(ledger);
            show(&world, shop, number)
        }
        Err(response) => response,
    }
}

/// The listing of a path, if it has not been taken away.
#[expect(clippy::result_large_err, reason = "the answer is made once and handed straight to the client")]
fn find_offered(world: &World, path: &(String, String)) -> Result<(Shop, u32), Response> {
    let (shop, number) = find(world, path)?;
    if world.ledger(shop).is_removed(number) { Err(no_listing(shop, &path.1)) } else { Ok((shop, number)) }
}

/// The listing of a path, taken away or not.
#[expect(clippy::result_large_err, reason = "the answer is made once and handed straight to the client")]
fn find(world: &World, (shop, id): &(String, String)) -> Result<(Shop, u32), Response> {
    let shop = Shop::from_slug(shop).ok_or_else(|| {
        let sentence = format!("there is no shop {shop}; there are netvideo and countrylink");
        refuse(StatusCode::NOT_FOUND, &sentence)
    })?;
    let number = world.ledger(shop).find(id).ok_or_else(|| no_listing(shop, id))?;
    Ok((shop, number))
}

fn no_listing(shop: Shop, id: &str) -> Response {
    refuse(StatusCode::NOT_FOUND, &format!("{} has no listing {id}", shop.slug()))
}

fn show(world: &World, shop: Shop, number: u32) -> Response {
    let mut out = String::new();
    truth::write_listing(&mut Writer::object(&mut out), world, &world.ledger(shop), number);
    json(StatusCode::OK, Body::from(out))
}
