//! The controls: changes to listings, the truth, and drift.

use super::*;

#[tokio::test]
async fn a_change_comes_first_at_netvideo_and_after_all_others_at_countrylink() {
    let shops = Shops::new(&[]);
    let id = shops.crawl_netvideo("").await[200]["id"].to_string();
    let path = format!("/_mock/listings/netvideo/{id}");
    let change = json!({"price": "1234.56", "currency": "EUR", "stock": 0, "title": "Something else"});
    let truth = shops.send(Method::PATCH, &path, &[], change).await.json();
    assert_eq!((&truth["price_minor"], &truth["availability"]), (&json!(123_456), &json!("out_of_stock")));
    assert_eq!((&truth["servable"], &truth["why_not"]), (&json!(false), &json!("currency")));
    let first = shops.get("/netvideo/v1/videocards?per_page=1").await.json()["items"][0].clone();
    assert_eq!((first["id"].to_string(), &first["price"]), (id, &json!("1234.56")));
    assert_eq!((&first["title"], &first["stock"]), (&json!("Something else"), &json!(0)));

    let products = shops.crawl_countrylink("").await;
    let newest = products.iter().map(|product| product["changed"].as_i64().unwrap()).max().unwrap();
    let code = products[7]["code"].as_str().unwrap();
    let path = format!("/_mock/listings/countrylink/{code}");
    let change = json!({"price_minor": 1, "availability": "unknown"});
    assert_eq!(shops.send(Method::PATCH, &path, &[], change).await.json()["price_minor"], 1);
    let changed = shops.crawl_countrylink(&format!("&changed_after={newest}")).await;
    assert!(changed.iter().all(|product| product["code"] == code) && !changed.is_empty());
    assert!(!["in_stock", "unknown"].contains(&changed[0]["availability"].as_str().unwrap()));

    let refused = [
        (path.as_str(), json!({"price": "6,49"}), "price has to be a decimal number"),
        (&path, json!({"prize": 1}), "unknown field"),
        (&path, json!({"currency": "euro"}), "three capital letters"),
        (&path, json!({"availability": "maybe"}), "availability has to be one of"),
        (&path, json!({"price": 1, "price_minor": 100}), "either price or price_minor"),
    ];
    for (path, change, part) in refused {
        let answer = shops.send(Method::PATCH, path, &[], change.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{change}");
        assert!(answer.text().contains(part), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_listing_taken_away_is_gone_everywhere_until_it_is_brought_back() {
    let shops = Shops::new(&[]);
    let before = listings(&shops.truth().await);
    let id = shops.crawl_netvideo("").await[5]["id"].clone();
    let code = shops.crawl_countrylink("").await[5]["code"].clone();
    let paths = [
        format!("/_mock/listings/netvideo/{id}"),
        format!("/_mock/listings/countrylink/{}", code.as_str().unwrap()),
    ];
    for path in &paths {
        assert_eq!(shops.send(Method::DELETE, path, &[], Value::Null).await.status, StatusCode::NO_CONTENT);
        assert_eq!(shops.send(Method::DELETE, path, &[], Value::Null).await.status, StatusCode::NOT_FOUND);
    }
    assert!(shops.crawl_netvideo("").await.iter().all(|item| item["id"] != id));
    assert!(shops.crawl_countrylink("").await.iter().all(|product| product["code"] != code));
    assert_eq!(listings(&shops.truth().await).len(), before.len() - 2);
    assert_eq!(shops.truth().await.len(), 600);
    assert_eq!(shops.put(&paths[0], Value::Null).await.status, StatusCode::OK);
    let restored = shops.send(Method::POST, &format!("{}/restore", paths[1]), &[], Value::Null).await;
    assert_eq!(restored.status, StatusCode::OK);
    assert_eq!(listings(&shops.truth().await), before);
    assert_eq!(shops.get("/netvideo/v1/videocards?per_page=1").await.json()["items"][0]["id"], id);
}

#[tokio::test]
async fn the_truth_can_be_read_in_parts() {
    let shops = Shops::new(&[]);
    let mut parts = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let answer = shops.get(&format!("/_mock/products?limit=250&after={after}")).await.json();
        parts.extend(answer["products"].as_array().unwrap().clone());
        after = answer["next"].clone();
    }
    assert_eq!(parts, shops.truth().await);
    assert_eq!(parts.len(), 600);
}

#[tokio::test]
async fn drift_changes_the_shops_by_itself_until_they_stop() {
    let shops = Shops::new(&[]);
    let before = listings(&shops.truth().await);
    let drifting = tokio::spawn(drift::run(Arc::clone(&shops.world), 2_000.0));
    let changed = async {
        loop {
            let after = listings(&shops.truth().await);
            if before.iter().filter(|(key, value)| after[*key] != **value).count() > 300 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), changed).await.expect("hardly anything changes");
    shops.world.stopping.cancel();
    drifting.await.unwrap();
}
