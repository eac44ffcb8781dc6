//! The gateway's program from the outside: HTTP, the cache, the queue.

#![expect(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test that can't go on panics, and a table of cases is as long as it is"
)]

mod support;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use reqwest::{Client, header};
use serde_json::{Value, json};
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{
    ask, consuming, eventually, http_client,
    pipeline::Pipeline,
    queue::Publisher,
    said::{changed, listing},
};

const TITLE: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const PRICES: &str = "{ videoCards { nodes { bestOffer { price { amount } } } } }";
const SOON: Duration = Duration::from_secs(20);

/// A gateway, and the queue that it consumes.
async fn gateway(sandbox: &Sandbox) -> Service {
    Publisher::connect(sandbox).await;
    Service::start("gateway", Pipeline::gateway_variables(sandbox)).await.unwrap()
}

async fn price(http: &Client, gateway: &Service) -> Result<String, String> {
    let answer = ask(http, &gateway.url("/graphql"), PRICES, Value::Null).await;
    let price = &answer["data"]["videoCards"]["nodes"][0]["bestOffer"]["price"]["amount"];
    price.as_str().map(str::to_owned).ok_or_else(|| answer.to_string())
}

/// Whether a gateway tells that it gave answers that came from there.
fn gave(metrics: &str, from: &str) -> bool {
    let name = format!("gateway_answers_total{{from=\"{from}\"}} ");
    metrics.lines().filter_map(|line| line.strip_prefix(&name)).any(|count| count != "0")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_gateway_serves_for_longer_than_a_second_what_another_one_has_replaced() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let (one, other) = (gateway(&sandbox).await, gateway(&sandbox).await);
    consuming(&http, &one).await;
    consuming(&http, &other).await;
    let publisher = Publisher::connect(&sandbox).await;
    let url = sandbox.gateway_database_url();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    for version in 1..=5 {
        let expected = format!("{}.00", 500 + version);
        publisher.publish(&changed("netvideo", "1", version, listing(TITLE, 50_000 + version * 100))).await;
        // One of the two applies it; from its commit on, both have a second.
        eventually(SOON, || async {
            // Asking all the while, so that answers are in the caches.
            let _ = (price(&http, &one).await, price(&http, &other).await);
            Ok::<_, String>(())
        })
        .await;
        while sqlx::query_scalar::<_, i64>("select coalesce(max(version), 0) from gateway.listing")
            .fetch_one(&mut database)
            .await
            .unwrap()
            < version
        {
            let _ = (price(&http, &one).await, price(&http, &other).await);
        }
        let committed = std::time::Instant::now();
        for gateway in [&one, &other] {
            eventually(SOON, || async {
                let price = price(&http, gateway).await?;
                if price == expected { Ok(()) } else { Err(price) }
            })
            .await;
        }
        assert!(committed.elapsed() < Duration::from_secs(1), "{:?}", committed.elapsed());
    }
    let hits = http.get(one.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(gave(&hits, "memory"), "{hits}");
    assert!(hits.contains("gateway_request_duration_seconds_bucket{from=\"memory\",le=\"0.001\"}"), "{hits}");
    // Which of the two applied them, nobody knows.
    let other = http.get(other.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(format!("{hits}{other}").contains("gateway_lag_seconds_count"), "{hits}{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_one_gateway_worked_out_another_finds_in_redis() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let (one, other) = (gateway(&sandbox).await, gateway(&sandbox).await);
    consuming(&http, &one).await;
    consuming(&http, &other).await;
    let questions = AtomicU32::new(0);
    eventually(SOON, || async {
        // Each time another question: one that the other gateway has not heard before.
        let query = format!("{{ shops {{ id }} }} # {}", questions.fetch_add(1, Ordering::Relaxed));
        for gateway in [&one, &other] {
            ask(&http, &gateway.url("/graphql"), &query, Value::Null).await;
        }
        let metrics = http.get(other.url("/metrics")).send().await.unwrap().text().await.unwrap();
        if gave(&metrics, "redis") { Ok(()) } else { Err(metrics) }
    })
    .await;
    assert_ne!(sandbox.ask_redis("dbsize").await.unwrap(), ":0");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_are_answered_from_the_replica_where_there_is_one() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    // Like on a replica, nothing can be written there.
    let mut replica = url::Url::parse(&sandbox.gateway_database_url()).unwrap();
    replica.query_pairs_mut().append_pair("options", "-c default_transaction_read_only=on");
    let with = async |replica: &url::Url| {
        let variables = Pipeline::gateway_variables(&sandbox).into_iter();
        Service::start("gateway", variables.chain([("DATABASE_READ_URL", replica.to_string())]))
            .await
            .unwrap()
    };
    let gateway = with(&replica).await;
    publisher.publish(&changed("netvideo", "1", 1, listing(TITLE, 50_000))).await;
    eventually(SOON, || async {
        let price = price(&http, &gateway).await?;
        if price == "500.00" { Ok(()) } else { Err(price) }
    })
    .await;
    // Nobody listens there, and the other one isn't asked instead.
    replica.set_port(Some(1)).unwrap();
    drop(gateway);
    let without = with(&replica).await;
    publisher.publish(&changed("netvideo", "1", 2, listing(TITLE, 40_000))).await;
    let url = sandbox.gateway_database_url();
    let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let applied = "select true from gateway.listing where version = 2";
    while sqlx::query_scalar::<_, bool>(applied).fetch_optional(&mut database).await.unwrap().is_none() {}
    let answer = http.post(without.url("/graphql")).json(&json!({ "query": PRICES })).send().await.unwrap();
    assert_eq!(answer.status(), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_over_http_answers_as_its_specification_says() {
    struct Case {
        name: &'static str,
        content_type: &'static str,
        accept: &'static str,
        body: String,
        status: u16,
        has_data: bool,
        code: Option<&'static str>,
    }
    const JSON: &str = "application/json";
    const GRAPHQL: &str = "application/graphql-response+json";
    let case = |name, accept, body: Value, status, has_data, code| Case {
        name,
        content_type: JSON,
        accept,
        body: body.to_string(),
        status,
        has_data,
        code,
    };
    let long = " ".repeat(200_000);
    let cases = [
        case("a query", GRAPHQL, json!({ "query": "{ shops { id } }" }), 200, true, None),
        case("a query, old style", JSON, json!({ "query": "{ shops { id } }" }), 200, true, None),
        case(
            "nothing acceptable",
            "text/html",
            json!({ "query": "{ shops { id } }" }),
            406,
            false,
            Some("NOT_ACCEPTABLE"),
        ),
        case(
            "a syntax error",
            GRAPHQL,
            json!({ "query": "{ shops { id }" }),
            400,
            false,
            Some("GRAPHQL_PARSE_FAILED"),
        ),
        case(
            "a syntax error, old style",
            JSON,
            json!({ "query": "{ shops { id }" }),
            200,
            false,
            Some("GRAPHQL_PARSE_FAILED"),
        ),
        case(
            "an unknown field",
            GRAPHQL,
            json!({ "query": "{ nothing }" }),
            400,
            false,
            Some("GRAPHQL_VALIDATION_FAILED"),
        ),
        case(
            "a bad argument",
            GRAPHQL,
            json!({ "query": "{ videoCards(first: -1) { totalCount } }" }),
            200,
            true,
            Some("BAD_PAGE_SIZE"),
        ),
        case("no query", GRAPHQL, json!({ "operationName": "x" }), 400, false, Some("BAD_REQUEST")),
        case(
            "variables that are none",
            GRAPHQL,
            json!({ "query": "{ shops { id } }", "variables": [1] }),
            400,
            false,
            Some("BAD_REQUEST"),
        ),
        case("a batch", JSON, json!([{ "query": "{ shops { id } }" }]), 400, false, Some("BAD_REQUEST")),
        case(
            "a long query",
            GRAPHQL,
            json!({ "query": format!("{{ shops {{ {} }} }}", "id ".repeat(2000)) }),
            400,
            false,
            Some("QUERY_TOO_LONG"),
        ),
        case(
            "a mutation",
            GRAPHQL,
            json!({ "query": "mutation { x }" }),
            400,
            false,
            Some("GRAPHQL_VALIDATION_FAILED"),
        ),
        Case {
            name: "no JSON",
            content_type: JSON,
            accept: GRAPHQL,
            body: "<html>".to_owned(),
            status: 400,
            has_data: false,
            code: Some("BAD_REQUEST"),
        },
        Case {
            name: "a long body",
            content_type: JSON,
            accept: GRAPHQL,
            body: format!("{{\"query\": \"{{ shops {{ id }} }}\"}}{long}"),
            status: 413,
            has_data: false,
            code: Some("BODY_TOO_LARGE"),
        },
        Case {
            name: "a form",
            content_type: "application/x-www-form-urlencoded",
            accept: GRAPHQL,
            body: "query={shops{id}}".to_owned(),
            status: 415,
            has_data: false,
            code: Some("UNSUPPORTED_MEDIA_TYPE"),
        },
        Case {
            name: "plain text",
            content_type: "text/plain",
            accept: GRAPHQL,
            body: json!({ "query": "{ shops { id } }" }).to_string(),
            status: 415,
            has_data: false,
            code: Some("UNSUPPORTED_MEDIA_TYPE"),
        },
        Case {
            name: "another charset",
            content_type: "application/json; charset=latin1",
            accept: GRAPHQL,
            body: json!({ "query": "{ shops { id } }" }).to_string(),
            status: 415,
            has_data: false,
            code: Some("UNSUPPORTED_MEDIA_TYPE"),
        },
    ];
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = gateway(&sandbox).await;
    consuming(&http, &gateway).await;
    for case in cases {
        let name = case.name;
        let response = http
            .post(gateway.url("/graphql"))
            .header(header::CONTENT_TYPE, case.content_type)
            .header(header::ACCEPT, case.accept)
            .body(case.body)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status().as_u16(), case.status, "{name}");
        let content_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let expected = if case.accept == GRAPHQL { GRAPHQL } else { JSON };
        assert!(
            content_type.starts_with(expected) && content_type.ends_with("charset=utf-8"),
            "{name}: {content_type}"
        );
        let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(answer.get("data").is_some(), case.has_data, "{name}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"].as_str(), case.code, "{name}: {answer}");
    }
    let get = http.get(gateway.url("/graphql")).query(&[("query", "{ shops { id } }")]).send().await.unwrap();
    assert_eq!(get.status(), 200);
    let put = http.put(gateway.url("/graphql")).send().await.unwrap();
    assert_eq!(
        (put.status().as_u16(), put.headers()[header::ALLOW].to_str().unwrap()),
        (405, "GET, HEAD, POST")
    );
    let sdl = http.get(gateway.url("/schema.graphql")).send().await.unwrap().text().await.unwrap();
    assert_eq!(sdl, include_str!("../../schema.graphql"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_playground_is_served_from_files_that_are_built_in() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = gateway(&sandbox).await;
    let page = http.get(gateway.url("/graphiql")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'"));
    let page = page.text().await.unwrap();
    let addresses: Vec<&str> =
        page.split(['"', '\'']).filter(|part| part.starts_with("graphiql/assets/")).collect();
    assert!(!addresses.is_empty(), "{page}");
    for address in addresses {
        let file = http.get(gateway.url(&format!("/{address}"))).send().await.unwrap();
        assert_eq!(file.status(), 200, "{address}");
        assert!(file.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{address}");
    }
    assert_eq!(http.get(gateway.url("/graphiql/assets/none.js")).send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_storefront_is_served_at_its_own_addresses_and_no_others() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = gateway(&sandbox).await;
    let get = |path: String| http.get(gateway.url(&path)).header(header::ACCEPT_ENCODING, "identity").send();
    let mut pages = Vec::new();
    for path in ["/", "/cards/VmlkZW9DYXJkOjQy", "/compare?card=a&card=b"] {
        let page = get(path.to_owned()).await.unwrap();
        assert_eq!(
            (page.status().as_u16(), &page.headers()[header::CACHE_CONTROL]),
            (200, &"no-cache".parse().unwrap())
        );
        let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        pages.push(page.text().await.unwrap());
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    let addresses: Vec<&str> =
        pages[0].split('"').filter(|part| part.starts_with("/storefront/assets/")).collect();
    assert!(!addresses.is_empty(), "{}", pages[0]);
    for address in addresses {
        let file = get(address.to_owned()).await.unwrap();
        assert!(file.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"), "{address}");
        // What was compressed by the build goes out as it is.
        let plain = file.bytes().await.unwrap();
        let request = http.get(gateway.url(address)).header(header::ACCEPT_ENCODING, "gzip, br");
        let compressed = request.send().await.unwrap();
        assert_eq!(compressed.headers()[header::CONTENT_ENCODING], "br", "{address}");
        assert!(compressed.bytes().await.unwrap().len() * 2 < plain.len(), "{address}");
    }
    for path in
        ["/cards", "/cards/a/b", "/index.html", "/storefront/assets/none.js", "/storefront/documents.json"]
    {
        assert_eq!(get(path.to_owned()).await.unwrap().status(), 404, "{path}");
    }
    let mut variables = Pipeline::gateway_variables(&sandbox);
    variables.push(("STOREFRONT", "false".to_owned()));
    let without = Service::start("gateway", variables).await.unwrap();
    assert_eq!(http.get(without.url("/")).send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_without_postgres_says_so_and_serves_once_it_is_there() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let nowhere = "postgres://nobody:hunter2@127.0.0.1:9/none";
    let variables = [("DATABASE_URL", nowhere), ("AMQP_URL", "amqp://nobody:hunter2@127.0.0.1:9/%2f")];
    let mut lost = Service::start("gateway", variables).await.unwrap();
    let ready = http.get(lost.url("/ready")).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().contains("Postgres does not answer"));
    assert_eq!(http.get(lost.url("/health")).send().await.unwrap().status(), 200);
    let answer = ask(&http, &lost.url("/graphql"), PRICES, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
    assert!(!answer.to_string().contains("127.0.0.1"), "{answer}");
    assert!(lost.terminate().await.unwrap().success());
    assert!(!lost.log().contains("hunter2"), "{}", lost.log());
    let found = gateway(&sandbox).await;
    consuming(&http, &found).await;
}
