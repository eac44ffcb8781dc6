//! What stands before the shops: it passes everything on, and makes of sound answers what the shops' own controls
//! can't: pages in a circle, most of the catalogue missing, an old replica. It is also the door that is shut while a shop
//! that was killed gets its changes back.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, sync::DropGuard};

/// What becomes of the shops' answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing: they are passed on.
    #[default]
    None,
    /// The shops can't be reached.
    Shut,
    /// Three items of five are missing.
    MostMissing,
    /// There are no items.
    Nothing,
    /// Each page is the first one, and says that another follows.
    Circle,
    /// Every item says a currency that nobody knows.
    OtherCurrency,
    /// Every item says that it changed a year later than it did.
    YearAhead,
}

/// What the front makes of the answers of a shop, and where it gets them.
#[derive(Clone, Debug, Default)]
struct Manner {
    change: Change,
    /// The shops that are asked instead of the real ones.
    instead: Option<SocketAddr>,
}

/// The front. Dropped, it closes.
#[derive(Debug)]
pub(crate) struct Front {
    address: SocketAddr,
    shared: Arc<Shared>,
    _stop: DropGuard,
}

#[derive(Debug)]
struct Shared {
    shops: SocketAddr,
    http: reqwest::Client,
    /// Of NetVideo and of CountryLink.
    manners: Mutex<[Manner; 2]>,
}

/// The shops' slugs, in the order of their manners.
const SLUGS: [&str; 2] = ["netvideo", "countrylink"];
/// The largest answer of a shop that is changed; spoilt ones are passed on as they come.
const LARGEST_BYTES: usize = 64 * 1024 * 1024;

impl Front {
    /// Opens before the shops that listen there.
    pub(crate) async fn before(shops: SocketAddr) -> io::Result<Self> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        // What is packed stays packed, soundly or not.
        let http = http.no_gzip();
        let http = http.build().map_err(io::Error::other)?;
        let shared = Arc::new(Shared { shops, http, manners: Mutex::default() });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        let stop = CancellationToken::new();
        let serving = async move { axum::serve(listener, router).await };
        tokio::spawn(stop.clone().run_until_cancelled_owned(serving));
        Ok(Self { address, shared, _stop: stop.drop_guard() })
    }

    /// A shop's address.
    pub(crate) fn url(&self, shop: &str) -> String {
        format!("http://{}/{shop}", self.address)
    }

    /// From now on this becomes of a shop's answers; of both shops' if the slug is `all`.
    pub(crate) fn set(&self, shop: &str, change: Change) {
        self.each(shop, |manner| manner.change = change);
    }

    /// From now on other shops answer in a shop's place; `None`: the real ones again.
    pub(crate) fn ask_instead(&self, shop: &str, instead: Option<SocketAddr>) {
        self.each(shop, |manner| manner.instead = instead);
    }

    fn each(&self, shop: &str, change: impl Fn(&mut Manner)) {
        let mut manners = self.shared.manners.lock().unwrap_or_else(PoisonError::into_inner);
        for (slug, manner) in SLUGS.iter().zip(manners.iter_mut()) {
            if [slug, "all"].contains(&shop) {
                change(manner);
            }
        }
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let shop = SLUGS.iter().position(|slug| path.trim_start_matches('/').starts_with(slug));
    let manner = {
        let manners = shared.manners.lock().unwrap_or_else(PoisonError::into_inner);
        shop.map(|place| manners[place].clone()).unwrap_or_default()
    };
    if manner.change == Change::Shut {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let is_changed = manner.change != Change::None;
    let path = if manner.change == Change::Circle { first_page(&path) } else { path };
    let url = format!("http://{}{path}", manner.instead.unwrap_or(shared.shops));
    let mut asking = shared.http.request(request.method().clone(), url);
    for (name, value) in request.headers() {
        // A tag is of the sound page, which the client is not to see now.
        if *name != header::HOST && !(is_changed && *name == header::IF_NONE_MATCH) {
            asking = asking.header(name, value);
        }
    }
    let Ok(answer) = asking.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let answer: axum::http::Response<reqwest::Body> = answer.into();
    let (mut head, body) = answer.into_parts();
    let body = Body::new(body);
    if !is_changed || head.status != StatusCode::OK {
        return Response::from_parts(head, body);
    }
    head.headers.remove(header::ETAG);
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.remove(header::TRANSFER_ENCODING);
    let sound = to_bytes(body, LARGEST_BYTES).await.unwrap_or_default();
    let Ok(mut page) = serde_json::from_slice(&sound) else {
        return Response::from_parts(head, Body::from(sound));
    };
    make(manner.change, &mut page);
    Response::from_parts(head, Body::from(page.to_string()))
}

/// The address of the first page of the same list.
fn first_page(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = query.split('&').filter(|pair| !pair.starts_with("cursor="));
    let first = kept.map(|pair| if pair.starts_with("page=") { "page=1" } else { pair });
    format!("{path}?{}", first.collect::<Vec<_>>().join("&"))
}

/// Makes of a sound page, of either shop, what the change says.
fn make(change: Change, page: &mut Value) {
    let of_netvideo = page.get("items").is_some();
    let Some(items) = page[if of_netvideo { "items" } else { "data" }].as_array_mut() else { return };
    match change {
        Change::None | Change::Shut => {}
        Change::MostMissing => items.retain(|item| is_left(&item[if of_netvideo { "id" } else { "code" }])),
        Change::Nothing => items.clear(),
        Change::Circle if of_netvideo => {
            page["pages"] = 1_000_000.into();
            page["total"] = 100_000_000.into();
        }
        Change::Circle => page["next_cursor"] = "again".into(),
        Change::YearAhead => {
            for item in items {
                put_year_ahead(item);
            }
        }
        Change::OtherCurrency if of_netvideo => {
            for item in items {
                item["currency"] = "XTS".into();
            }
        }
        Change::OtherCurrency => {
            for item in items {
                item["price"]["currency"] = "XTS".into();
            }
        }
    }
}

/// Has an item say that it changed a year later: a time as text at one shop, in seconds at the other.
fn put_year_ahead(item: &mut Value) {
    const YEAR_SECONDS: u64 = 365 * 24 * 3_600;
    if let Some(seconds) = item["changed"].as_u64() {
        item["changed"] = (seconds + YEAR_SECONDS).into();
    }
    let later = item["updated_at"].as_str().and_then(|time| {
        let (year, rest) = time.split_once('-')?;
        Some(format!("{}-{rest}", year.parse::<u32>().ok()? + 1))
    });
    if let Some(later) = later {
        item["updated_at"] = later.into();
    }
}

/// Two of five ids, always the same.
fn is_left(id: &Value) -> bool {
    let mut hasher = DefaultHasher::new();
    id.to_string().hash(&mut hasher);
    hasher.finish() % 5 < 2
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_page_is_asked_for_whichever_page_was_wanted() {
        let cases = [
            ("/netvideo/v1/videocards?page=7&per_page=100", "/netvideo/v1/videocards?page=1&per_page=100"),
            (
                "/countrylink/api/products?category=gpu&limit=100&cursor=abc",
                "/countrylink/api/products?category=gpu&limit=100",
            ),
        ];
        for (path, expected) in cases {
            assert_eq!(first_page(path), expected);
        }
    }

    #[test]
    fn pages_of_both_shops_are_changed() {
        let netvideo = json!({ "page": 1, "pages": 2, "total": 3, "items": [{ "id": 1, "currency": "USD", "updated_at": "2026-11-20T10:12:00Z" }] });
        let countrylink = json!({ "data": [{ "code": "CL1", "changed": 1_763_633_520, "price": { "currency": "USD" } }], "next_cursor": null });
        let made = |change, page: &Value| {
            let mut page = page.clone();
            make(change, &mut page);
            page
        };
        assert_eq!(made(Change::Nothing, &netvideo)["items"], json!([]));
        assert_eq!(made(Change::Nothing, &countrylink)["data"], json!([]));
        assert_eq!(made(Change::Circle, &netvideo)["pages"], 1_000_000);
        assert_eq!(made(Change::Circle, &countrylink)["next_cursor"], "again");
        let ahead = made(Change::YearAhead, &netvideo);
        assert_eq!(ahead["items"][0]["updated_at"], "2027-11-20T10:12:00Z");
        assert_eq!(made(Change::YearAhead, &countrylink)["data"][0]["changed"], 1_763_633_520 + 31_536_000);
        assert_eq!(made(Change::OtherCurrency, &netvideo)["items"][0]["currency"], "XTS");
        assert_eq!(made(Change::OtherCurrency, &countrylink)["data"][0]["price"]["currency"], "XTS");
        let many = json!({ "data": (0..100).map(|code| json!({ "code": code })).collect::<Vec<_>>() });
        let left = made(Change::MostMissing, &many)["data"].as_array().unwrap().len();
        assert!((25..=49).contains(&left), "{left}");
    }
}
