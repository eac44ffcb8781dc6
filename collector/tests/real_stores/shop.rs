//! A shop that speaks both dialects and misbehaves on demand.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How the shop misbehaves.
#[derive(Clone)]
pub(crate) enum Fault {
    Status(u16),
    Busy(u64),
    Html,
    Hang,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) query: HashMap<String, String>,
    pub(crate) status: u16,
    /// The trace that the request is a part of.
    pub(crate) traceparent: Option<String>,
}

#[derive(Default)]
pub(crate) struct Inner {
    /// What NetVideo sells, by identifier.
    pub(crate) items: BTreeMap<u32, Value>,
    /// How NetVideo misbehaves, from now on.
    pub(crate) fault: Option<Fault>,
    /// How long an answer takes.
    pub(crate) latency: Duration,
    /// NetVideo's requests.
    pub(crate) asked: Vec<Asked>,
    /// How many of NetVideo's requests are open.
    open: usize,
    /// How many were open at once at most.
    pub(crate) most_open: usize,
    /// How many will never be answered.
    pub(crate) hanging: usize,
    /// How often CountryLink does not know its cursor.
    pub(crate) forgotten_cursors: u32,
    /// The cursor to which CountryLink's first page leads.
    pub(crate) cursor: String,
    /// The key that CountryLink takes.
    pub(crate) key: String,
    /// How often CountryLink's first page was asked for.
    pub(crate) countrylink_firsts: u32,
}

#[derive(Clone)]
pub(crate) struct Shop {
    inner: Arc<Mutex<Inner>>,
    base: String,
}

impl Shop {
    /// A shop with so many listings.
    pub(crate) async fn open(listings: u32) -> Self {
        let inner = Inner {
            items: (1..=listings).map(|id| (id, item(id))).collect(),
            key: "demo-key".to_owned(),
            cursor: "next".to_owned(),
            ..Inner::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shop = Self { inner: Arc::new(Mutex::new(inner)), base };
        let router = Router::new()
            .route("/netvideo/v1/videocards", get(netvideo))
            .route("/countrylink/api/products", get(countrylink))
            .with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        shop
    }

    pub(crate) fn url(&self, dialect: &str) -> String {
        format!("{}/{dialect}", self.base)
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Changes a field of a listing, and its change time.
    pub(crate) fn set(&self, id: u32, field: &str, value: impl Into<Value>) {
        let mut inner = self.inner();
        let item = inner.items.get_mut(&id).unwrap();
        item[field] = value.into();
        item["updated_at"] = json!(chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    }
}

/// A sound item.
pub(crate) fn item(id: u32) -> Value {
    json!({
        "id": id, "title": format!("Card {id}"), "price": "100.00", "currency": "USD", "stock": 5,
        "url": format!("https://netvideo.example/{id}"), "updated_at": "2026-11-20T10:12:00Z",
    })
}

async fn netvideo(
    State(shop): State<Shop>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let (latency, fault) = {
        let mut inner = shop.inner();
        inner.open += 1;
        inner.most_open = inner.most_open.max(inner.open);
        (inner.latency, inner.fault.clone())
    };
    tokio::time::sleep(latency).await;
    let response = match fault {
        Some(Fault::Hang) => {
            shop.inner().hanging += 1;
            std::future::pending().await
        }
        Some(Fault::Status(status)) => StatusCode::from_u16(status).unwrap().into_response(),
        Some(Fault::Busy(seconds)) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
        Some(Fault::Html) => "<html>We will be right back</html>".into_response(),
        None => netvideo_page(&shop.inner(), &query, &headers),
    };
    let mut inner = shop.inner();
    inner.open -= 1;
    let status = response.status().as_u16();
    let traceparent = headers.get("traceparent").map(|value| value.to_str().unwrap().to_owned());
    inner.asked.push(Asked { at: Instant::now(), query, status, traceparent });
    response
}

fn netvideo_page(inner: &Inner, query: &HashMap<String, String>, headers: &HeaderMap) -> Response {
    let number = |name: &str| query[name].parse::<usize>().unwrap();
    let (page, per_page) = (number("page"), number("per_page"));
    let since = query.get("updated_since");
    let items: Vec<&Value> = inner
        .items
        .values()
        .filter(|item| {
            since.is_none_or(|since| item["updated_at"].as_str().is_none_or(|at| at >= since.as_str()))
        })
        .collect();
    let pages = items.len().div_ceil(per_page);
    let shown: Vec<_> = items.iter().skip((page - 1) * per_page).take(per_page).collect();
    let body = json!({"page": page, "pages": pages, "total": items.len(), "items": shown}).to_string();
    let mut sum = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(&body, &mut sum);
    let etag = format!("\"{:x}\"", std::hash::Hasher::finish(&sum));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag == etag.as_str()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, etag)], body).into_response()
}

async fn countrylink(
    State(shop): State<Shop>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let mut inner = shop.inner();
    if headers.get("x-api-key").is_none_or(|key| key != inner.key.as_str()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let product = |code: &str| {
        json!({
            "code": code, "name": code, "price": {"amount_minor": 100, "currency": "USD"}, "availability": "in_stock",
            "link": "https://countrylink.example/1", "changed": 1_763_633_520,
        })
    };
    let answer = if query.contains_key("cursor") {
        if inner.forgotten_cursors > 0 {
            inner.forgotten_cursors -= 1;
            return StatusCode::GONE.into_response();
        }
        assert_eq!(query["cursor"], inner.cursor);
        json!({"data": [product("CL2")], "next_cursor": null})
    } else {
        inner.countrylink_firsts += 1;
        json!({"data": [product("CL1")], "next_cursor": inner.cursor})
    };
    ([(header::ETAG, "\"tag\"")], answer.to_string()).into_response()
}
