//! From a mock shop to a GraphQL answer, on real stores and with the real programs.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stores::{Stores, sandbox::Sandbox};

use crate::support::{
    eventually,
    pipeline::{COLLECT_EVERY, Picture, Pipeline, difference, score},
};

/// Without drift, nothing changes in the shops unless a test changes it.
const STILL: (&str, &str) = ("MOCK_SHOPS_DRIFT", "0");
const SOON: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_served_equals_what_the_shops_say() {
    let pipeline = Pipeline::start(Sandbox::new().await, &[STILL]).await;
    let (truth, served) = pipeline.settled(SOON).await;
    let score = score(&truth, &served);
    println!(
        "{} offers; of {} true pairs {} were merged",
        truth.offers.len(),
        score.true_pairs,
        score.merged
    );
    assert!(score.wrong.is_empty(), "{score:#?}");
    assert!(score.merged * 100 >= score.true_pairs * 98, "{score:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_by_price_and_technologies_give_what_a_plain_reading_of_the_truth_gives() {
    let pipeline = Pipeline::start(Sandbox::new().await, &[STILL]).await;
    let (truth, served) = pipeline.settled(SOON).await;
    // A product that is not merged as it truly is has its price and technologies in another place; one that no
    // shop soundly offers has no offer to be known by.
    let as_it_is: Vec<usize> = (0..truth.products.len())
        .filter(|place| !truth.products[*place].is_empty())
        .filter(|place| served.products.contains(&truth.products[*place]))
        .collect();
    assert!(as_it_is.len() * 100 >= truth.products.len() * 95);
    let price = |place: usize| {
        let offers = truth.products[place].iter().map(|listing| &truth.offers[listing]);
        offers
            .filter(|(.., availability)| {
                matches!(availability.as_str(), "in_stock" | "preorder" | "on_order")
            })
            .map(|(price, ..)| *price)
            .min()
    };
    let prices: [(Value, &dyn Fn(usize) -> bool); 4] = [
        (json!({}), &|_| true),
        (json!({ "price": { "min": "300" } }), &|place| price(place).is_some_and(|price| price >= 30_000)),
        (json!({ "price": { "max": "499.99" } }), &|place| price(place).is_some_and(|price| price <= 49_999)),
        (json!({ "price": { "min": "250", "max": "1000" } }), &|place| {
            price(place).is_some_and(|price| (25_000..=100_000).contains(&price))
        }),
    ];
    let sets: [(&[&str], &[&str], &[&str]); 9] = [
        (&[], &[], &[]),
        (&["ray-tracing"], &[], &[]),
        (&["dlss", "ray-tracing"], &[], &[]),
        (&[], &["dlss", "fsr"], &[]),
        (&[], &["xess"], &[]),
        (&[], &[], &["ray-tracing"]),
        (&["vulkan"], &[], &["dlss", "xess"]),
        (&["ray-tracing"], &["g-sync", "freesync"], &["xess"]),
        (&["unheard-of"], &[], &[]),
    ];
    let mut found = 0;
    for (by_price, fits_price) in prices {
        for (all_of, any_of, none_of) in sets {
            let mut filter = by_price.clone();
            filter["technologies"] = json!({ "allOf": all_of, "noneOf": none_of });
            if !any_of.is_empty() {
                filter["technologies"]["anyOf"] = json!(any_of);
            }
            let cards = pipeline.served_of(filter.clone()).await.unwrap().products;
            for place in &as_it_is {
                let has = |code: &&str| truth.technologies[*place].contains(*code);
                let fits = fits_price(*place)
                    && all_of.iter().all(has)
                    && (any_of.is_empty() || any_of.iter().any(has))
                    && !none_of.iter().any(has);
                let listings = &truth.products[*place];
                assert_eq!(cards.contains(listings), fits, "{filter}: {listings:?}");
                found += usize::from(fits);
            }
        }
    }
    assert!(found > 1000, "only {found} cards fitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_prices_drift_what_is_served_follows() {
    let pipeline = Pipeline::start(Sandbox::new().await, &[("MOCK_SHOPS_DRIFT", "20")]).await;
    let mut last = Picture::default();
    for _ in 0..3 {
        // What drifted after a crawl is not served before the next, and a price that can't be right never is:
        // so a few offers differ, and each time other ones are served.
        last = eventually(SOON, || async {
            let served = pipeline.served().await?;
            let truth = pipeline.truth().await;
            let differ =
                truth.offers.iter().filter(|(key, terms)| served.offers.get(*key) != Some(terms)).count();
            if differ > truth.offers.len() / 10 {
                return Err(format!("{differ} of {} offers differ", truth.offers.len()));
            }
            if served.offers == last.offers { Err("nothing drifts".to_owned()) } else { Ok(served) }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_price_is_in_cached_answers_two_seconds_after_the_next_crawl() {
    let pipeline = Pipeline::start(Sandbox::new().await, &[STILL]).await;
    let (truth, _) = pipeline.settled(SOON).await;
    // One listing of each shop, both of cards that can be bought.
    for shop in ["netvideo", "countrylink"] {
        let ((_, id), (price, ..)) = truth
            .offers
            .iter()
            .find(|((of, _), (_, _, availability))| of == shop && availability == "in_stock")
            .unwrap();
        let new_price = price + 1_234;
        let body = json!({ "price_minor": new_price }).to_string();
        let changed =
            pipeline.http.patch(pipeline.shops.url(&format!("/_mock/listings/{shop}/{id}"))).body(body);
        let answer = changed.header("content-type", "application/json").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
        let began = Instant::now();
        eventually(COLLECT_EVERY + Duration::from_secs(2), || async {
            match difference(&pipeline.truth().await, &pipeline.served().await?) {
                None => Ok(()),
                Some(difference) => Err(difference),
            }
        })
        .await;
        println!("{shop}: {:?} after the change", began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_process_is_killed_everything_comes_back_by_itself() {
    let mut stores = tokio::task::spawn_blocking(|| Stores::for_tests().unwrap()).await.unwrap();
    let sandbox = Sandbox::on(&stores).await;
    let mut pipeline = Pipeline::start(sandbox, &[STILL, ("MOCK_SHOPS_CARDS", "200")]).await;
    pipeline.settled(SOON).await;
    for victim in ["mock-shops", "collector", "gateway", "postgres", "redis", "rabbitmq"] {
        // Something is on its way while it dies. The shops forget what was changed when they die themselves.
        let truth = pipeline.truth().await;
        let ((shop, id), (price, ..)) = truth.offers.iter().find(|(_, terms)| terms.2 == "in_stock").unwrap();
        let (url, body) = (format!("/_mock/listings/{shop}/{id}"), json!({ "price_minor": price + 100 }));
        let patch = pipeline.http.patch(pipeline.shops.url(&url)).header("content-type", "application/json");
        assert_eq!(patch.body(body.to_string()).send().await.unwrap().status(), 200);
        match victim {
            "mock-shops" => pipeline.shops.restart().await.unwrap(),
            "collector" => pipeline.collector.restart().await.unwrap(),
            "gateway" => pipeline.gateway.restart().await.unwrap(),
            store => {
                tokio::task::block_in_place(|| match store {
                    "postgres" => stores.postgres.kill(),
                    "redis" => stores.redis.kill(),
                    _ => stores.rabbitmq.kill(),
                });
                if store != "postgres" {
                    // Neither is needed to answer.
                    let answer = pipeline.ask("{ videoCards { totalCount } }", Value::Null).await;
                    assert_eq!(answer["errors"], Value::Null, "{store}: {answer}");
                }
                tokio::task::block_in_place(|| match store {
                    "postgres" => stores.postgres.start().unwrap(),
                    "redis" => stores.redis.start().unwrap(),
                    _ => stores.rabbitmq.start().unwrap(),
                });
            }
        }
        let began = Instant::now();
        pipeline.settled(SOON).await;
        println!("{victim}: served what is true again {:?} after it was started", began.elapsed());
    }
    for (name, service) in [("collector", &mut pipeline.collector), ("gateway", &mut pipeline.gateway)] {
        let status = service.terminate().await.unwrap();
        assert!(status.success(), "{name}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_answers_html_loses_nothing() {
    let pipeline = Pipeline::start(Sandbox::new().await, &[STILL, ("MOCK_SHOPS_CARDS", "100")]).await;
    let (truth, _) = pipeline.settled(SOON).await;
    let fault = json!({ "shop": "netvideo", "body": "html" }).to_string();
    let faults = pipeline.shops.url("/_mock/faults");
    let put = pipeline.http.put(&faults).header("content-type", "application/json").body(fault);
    assert!(put.send().await.unwrap().status().is_success());
    let healthy = |expected: bool| {
        let pipeline = &pipeline;
        eventually(SOON, move || async move {
            let answer = pipeline.ask("{ shops { slug healthy } }", Value::Null).await;
            let shops = answer["data"]["shops"].as_array().cloned().unwrap_or_default();
            let netvideo = shops.iter().find(|shop| shop["slug"] == "netvideo").cloned().unwrap_or_default();
            if netvideo["healthy"] == expected { Ok(()) } else { Err(answer.to_string()) }
        })
    };
    healthy(false).await;
    let served = pipeline.served().await.unwrap();
    assert_eq!(difference(&truth, &served), None);
    assert!(pipeline.http.delete(&faults).send().await.unwrap().status().is_success());
    healthy(true).await;
    pipeline.settled(SOON).await;
}
