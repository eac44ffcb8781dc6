//! What the shops serve, and how they answer.

use std::collections::{HashMap, HashSet};

use super::*;

#[tokio::test]
async fn the_shops_serve_exactly_the_listings_of_the_truth() {
    let shops = Shops::new(&[]);
    let truth = listings(&shops.truth().await);
    let mut seen = HashSet::new();
    for item in shops.crawl_netvideo("").await {
        let key = ("netvideo".to_owned(), item["id"].to_string());
        let listing = &truth[&key].1;
        if listing["why_not"] != "malformed" {
            let cents = item["price"].as_str().unwrap().replace('.', "");
            assert_eq!(cents.parse::<i64>().unwrap(), listing["price_minor"].as_i64().unwrap());
            assert_eq!(item["title"], listing["title"]);
            assert_eq!(item["currency"], listing["currency"]);
            assert_eq!(item["stock"], listing["stock"]);
        }
        seen.insert(key);
    }
    for product in shops.crawl_countrylink("").await {
        let key = ("countrylink".to_owned(), product["code"].as_str().unwrap().to_owned());
        let listing = &truth[&key].1;
        if listing["why_not"] != "malformed" {
            assert_eq!(product["price"]["amount_minor"], listing["price_minor"]);
            assert_eq!(product["price"]["currency"], listing["currency"]);
            assert_eq!(product["name"], listing["title"]);
            let known = listing["availability"] != "unknown";
            assert_eq!(product["availability"] == listing["availability"], known, "{product}");
        }
        seen.insert(key);
    }
    assert_eq!(seen, truth.keys().cloned().collect());
}

#[tokio::test]
async fn an_intact_code_or_barcode_leads_to_one_product_only() {
    let shops = Shops::new(&["--cards=3000"]);
    let truth = listings(&shops.truth().await);
    let mut owners: HashMap<String, u64> = HashMap::new();
    let mut claim = |code: &Value, owner: u64| {
        let Some(code) = code.as_str().map(crate::codes::bare).filter(|code| code.len() > 3) else { return };
        assert_eq!(*owners.entry(code.clone()).or_insert(owner), owner, "{code}");
    };
    for item in shops.crawl_netvideo("").await {
        let owner = truth[&("netvideo".to_owned(), item["id"].to_string())].0;
        claim(&item["part_number"], owner);
        claim(&item["ean"], owner);
    }
    for product in shops.crawl_countrylink("").await {
        let owner = truth[&("countrylink".to_owned(), product["code"].as_str().unwrap().to_owned())].0;
        claim(&product["mpn"], owner);
        claim(&product["barcodes"][0], owner);
    }
}

#[tokio::test]
async fn repeated_listings_are_served_twice_and_are_one_offer() {
    let shops = Shops::new(&[]);
    let mut repeats = 0;
    let mut times = HashMap::<String, usize>::new();
    for item in shops.crawl_netvideo("").await {
        *times.entry(format!("netvideo {}", item["id"])).or_default() += 1;
    }
    for product in shops.crawl_countrylink("").await {
        *times.entry(format!("countrylink {}", product["code"].as_str().unwrap())).or_default() += 1;
    }
    for ((shop, id), (_, listing)) in listings(&shops.truth().await) {
        let mess = listing["mess"].as_array().unwrap();
        let repeated = mess.iter().any(|name| name.as_str().unwrap().starts_with("repeated"));
        assert_eq!(times[&format!("{shop} {id}")], 1 + usize::from(repeated));
        repeats += usize::from(repeated);
    }
    assert!(repeats > 5, "{repeats}");
}

#[tokio::test]
async fn requests_outside_the_limits_get_a_sentence() {
    let shops = Shops::new(&[]);
    let cases = [
        ("/netvideo/v1/videocards?page=0", 400, "page has to be a whole number from 1 up"),
        ("/netvideo/v1/videocards?page=-1", 400, "page has to be"),
        ("/netvideo/v1/videocards?per_page=0", 400, "per_page has to be a whole number from 1 to 200"),
        ("/netvideo/v1/videocards?per_page=201", 400, "per_page has to be"),
        ("/netvideo/v1/videocards?updated_since=yesterday", 400, "updated_since has to be a time"),
        ("/netvideo/v1/cards", 404, "no such address"),
        ("/countrylink/api/products", 400, "category is missing"),
        (
            "/countrylink/api/products?category=gpu&limit=0",
            400,
            "limit has to be a whole number from 1 to 500",
        ),
        ("/countrylink/api/products?category=gpu&limit=501", 400, "limit has to be"),
        ("/countrylink/api/products?category=gpu&changed_after=x", 400, "changed_after has to be"),
        ("/countrylink/api/products?category=gpu&cursor=b2Zmc2V0OjEwMA", 410, "begin again"),
        ("/_mock/listings/netvideo/1", 404, "netvideo has no listing 1"),
        ("/_mock/listings/amazon/1", 404, "there is no shop amazon"),
        ("/elsewhere", 404, "nothing at this address"),
    ];
    for (path, status, part) in cases {
        let answer = shops.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        let sentence = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(sentence.contains(part), "{path}: {sentence}");
    }
    let beyond = shops.get("/netvideo/v1/videocards?page=4294967295&per_page=200").await.json();
    assert_eq!(beyond["items"], json!([]));
    let other = shops.get("/countrylink/api/products?category=cpu").await.json();
    assert_eq!(other, json!({"data": [], "next_cursor": null}));
}

#[tokio::test]
async fn countrylink_wants_its_key() {
    let shops = Shops::new(&["--api-key=another"]);
    let path = "/countrylink/api/products?category=gpu";
    assert_eq!(shops.get(path).await.status, StatusCode::UNAUTHORIZED);
    let request = Request::builder().uri(path).header("x-api-key", "another").body(Body::empty()).unwrap();
    assert_eq!(shops.app.clone().oneshot(request).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again() {
    let shops = Shops::new(&[]);
    let path = "/netvideo/v1/videocards?page=2&per_page=50";
    let first = shops.get(path).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = |tag: String| async {
        let tag = tag;
        shops.send(Method::GET, path, &[("if-none-match", &tag)], Value::Null).await
    };
    let unchanged = again(format!("\"other\", {tag}")).await;
    assert_eq!((unchanged.status, unchanged.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(unchanged.headers["etag"], tag.as_str());
    assert_eq!(again("\"other\"".to_owned()).await.status, StatusCode::OK);
    let id = first.json()["items"][3]["id"].to_string();
    let listing = format!("/_mock/listings/netvideo/{id}");
    let changed = shops.send(Method::PATCH, &listing, &[], json!({"stock": 99}));
    assert_eq!(changed.await.status, StatusCode::OK);
    assert_eq!(again(tag).await.status, StatusCode::OK);
    let stats = shops.get("/_mock/stats").await.json();
    assert_eq!(stats["netvideo"]["not_modified"], 1);
    assert_eq!(stats["netvideo"]["conditional"], 3);
}

#[tokio::test]
async fn changed_since_filters_give_what_changed_and_nothing_older() {
    let shops = Shops::new(&[]);
    let all = shops.crawl_netvideo("").await;
    let pivot = all[all.len() / 3]["updated_at"].as_str().unwrap();
    let since = shops.crawl_netvideo(&format!("&updated_since={pivot}")).await;
    let ids = |items: &[Value], keep: &dyn Fn(&Value) -> bool| {
        items.iter().filter(|item| keep(item)).map(|item| item["id"].to_string()).collect::<HashSet<_>>()
    };
    let not_older = |item: &Value| item["updated_at"].as_str().unwrap() >= pivot;
    assert_eq!(ids(&since, &|_| true), ids(&all, &not_older));

    let all = shops.crawl_countrylink("").await;
    let pivot = all[all.len() / 3]["changed"].as_i64().unwrap();
    let after = shops.crawl_countrylink(&format!("&changed_after={pivot}")).await;
    let codes = |items: &[Value], keep: &dyn Fn(&Value) -> bool| {
        items.iter().filter(|item| keep(item)).map(|item| item["code"].to_string()).collect::<HashSet<_>>()
    };
    assert_eq!(codes(&after, &|_| true), codes(&all, &|item| item["changed"].as_i64().unwrap() > pivot));
    assert_eq!(shops.crawl_countrylink("&changed_after=9999999999").await, Vec::<Value>::new());
    // What is served again apart from itself comes earlier too, and at its own time last.
    let mut seen = HashSet::new();
    let newest_first = after.iter().rev().filter(|item| seen.insert(item["code"].to_string()));
    let times: Vec<_> = newest_first.map(|item| item["changed"].as_i64().unwrap()).collect();
    assert!(
        times.len() > 100 && times.is_sorted_by(|one, next| one >= next),
        "the oldest change comes first"
    );
    assert_eq!(shops.get("/_mock/stats").await.json()["netvideo"]["incremental"], since.len() / 100 + 2);
}
