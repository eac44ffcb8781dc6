//! Both shops and the controls as clients see them, through the router and, where a connection has to break,
//! through a real socket.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use clap::Parser as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{
    drift,
    settings::Settings,
    world::{self, World},
};

mod controls;
mod faults;
mod shops;

/// The shops of some settings, asked without a network.
struct Shops {
    app: Router,
    world: Arc<World>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Shops {
    fn new(settings: &[&str]) -> Self {
        let unlimited = ["mock-shops", "--drift=0", "--rate-limit=0"];
        let limited = settings.iter().any(|setting| setting.starts_with("--rate-limit"));
        let all = [&unlimited[..if limited { 2 } else { 3 }], settings].concat();
        let settings = Settings::try_parse_from(all).unwrap();
        let world = Arc::new(World::open(&settings, CancellationToken::new()).unwrap());
        Self { app: world::app(&world), world }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("x-api-key", "demo-key");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: head.status, headers: head.headers, bytes }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Value::Null).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, &[], body).await
    }

    async fn truth(&self) -> Vec<Value> {
        self.get("/_mock/products").await.json()["products"].as_array().unwrap().clone()
    }

    /// All items of NetVideo, page after page.
    async fn crawl_netvideo(&self, filter: &str) -> Vec<Value> {
        let mut items = Vec::new();
        for page in 1.. {
            let path = format!("/netvideo/v1/videocards?page={page}&per_page=100{filter}");
            let answer = self.get(&path).await.json();
            let page_items = answer["items"].as_array().unwrap();
            if page_items.is_empty() {
                assert_eq!(answer["total"], json!(items.len()), "{filter}");
                assert_eq!(answer["pages"], json!(page - 1), "{filter}");
                return items;
            }
            items.extend(page_items.iter().cloned());
        }
        items
    }

    /// All products of CountryLink, cursor after cursor.
    async fn crawl_countrylink(&self, filter: &str) -> Vec<Value> {
        let mut products = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/countrylink/api/products?category=gpu&limit=100{filter}{cursor}");
            let answer = self.get(&path).await.json();
            products.extend(answer["data"].as_array().unwrap().iter().cloned());
            match answer["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return products,
            }
        }
    }
}

/// The truth's listings by shop and id, each with its product's number.
fn listings(truth: &[Value]) -> BTreeMap<(String, String), (u64, Value)> {
    let mut listings = BTreeMap::new();
    for product in truth {
        for listing in product["listings"].as_array().unwrap() {
            let key = ["shop", "id"].map(|name| listing[name].as_str().unwrap().to_owned());
            let value = (product["id"].as_u64().unwrap(), listing.clone());
            assert!(listings.insert(key.into(), value).is_none(), "{listing} is there twice");
        }
    }
    listings
}
