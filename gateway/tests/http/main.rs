//! The gateway's outside over HTTP: its specification, limits, persisted documents, validators, origins, load.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod documents;
#[path = "../support/mod.rs"]
mod support;

use std::{
    io::Read,
    time::{Duration, Instant},
};

use futures::future::join_all;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value, json};
use sqlx::Connection;
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{ask, eventually, http_client, pipeline::Pipeline};

const SOON: Duration = Duration::from_secs(20);
const SHOPS: &str = "{ shops { id } }";
const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// A gateway that knows the catalogue.
async fn gateway(sandbox: &Sandbox, settings: &[(&'static str, &str)]) -> Service {
    let mut variables = Pipeline::gateway_variables(sandbox);
    variables.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let gateway = Service::start("gateway", variables).await.unwrap();
    let http = http_client();
    eventually(SOON, || async {
        let ready = http.get(gateway.url("/ready")).send().await.map_err(|error| error.to_string())?;
        if ready.status() == StatusCode::OK { Ok(()) } else { Err(ready.text().await.unwrap()) }
    })
    .await;
    gateway
}

async fn json_of(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

async fn asked(request: RequestBuilder) -> (u16, Value) {
    let response = request.header(header::ACCEPT, GRAPHQL).send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

fn text_of(response: &Response, name: header::HeaderName) -> String {
    let values = response.headers().get_all(name).iter().map(|value| value.to_str().unwrap());
    values.collect::<Vec<_>>().join(", ")
}

/// What an answer says of itself: status, whether it has data, and the code of its first error.
type Told = (u16, bool, &'static str);

/// Posts a body, and holds against what is expected what comes back, and in which form.
async fn holds(url: &str, (content_type, accept): (&str, &str), body: String, expected: Told) {
    let case = body.chars().take(80).collect::<String>();
    let request = http_client().post(url).header(header::CONTENT_TYPE, content_type);
    let response = request.header(header::ACCEPT, accept).body(body).send().await.unwrap();
    let (status, form) = (response.status().as_u16(), text_of(&response, header::CONTENT_TYPE));
    let answer = json_of(response).await;
    assert_eq!((status, answer.get("data").is_some(), code(&answer)), expected, "{case}: {answer}");
    assert_eq!(form, format!("{}; charset=utf-8", if accept == GRAPHQL { GRAPHQL } else { JSON }), "{case}");
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_over_http_answers_as_its_specification_says() {
    let sandbox = Sandbox::new().await;
    let gateway = gateway(&sandbox, &[]).await;
    let url = gateway.url("/graphql");
    let open = "{ shops { id }";
    let long = format!("{{ shops {{ {} }} }}", "id ".repeat(2000));
    let cases = [
        (GRAPHQL, json!({ "query": SHOPS }), (200, true, "none")),
        (JSON, json!({ "query": SHOPS }), (200, true, "none")),
        ("text/html", json!({ "query": SHOPS }), (406, false, "NOT_ACCEPTABLE")),
        (GRAPHQL, json!({ "query": open }), (400, false, "GRAPHQL_PARSE_FAILED")),
        // As clients of old expect it.
        (JSON, json!({ "query": open }), (200, false, "GRAPHQL_PARSE_FAILED")),
        (GRAPHQL, json!({ "query": "{ nothing }" }), (400, false, "GRAPHQL_VALIDATION_FAILED")),
        (GRAPHQL, json!({ "query": "mutation { x }" }), (400, false, "GRAPHQL_VALIDATION_FAILED")),
        (
            GRAPHQL,
            json!({ "query": "{ videoCards(first: -1) { totalCount } }" }),
            (200, true, "BAD_PAGE_SIZE"),
        ),
        (GRAPHQL, json!({ "operationName": "x" }), (400, false, "BAD_REQUEST")),
        (GRAPHQL, json!({ "query": SHOPS, "variables": [1] }), (400, false, "BAD_REQUEST")),
        (JSON, json!([{ "query": SHOPS }]), (400, false, "BAD_REQUEST")),
        (GRAPHQL, json!({ "query": long }), (400, false, "QUERY_TOO_LONG")),
    ];
    for (accept, body, expected) in cases {
        holds(&url, (JSON, accept), body.to_string(), expected).await;
    }
    let query = json!({ "query": SHOPS }).to_string();
    let cases = [
        (JSON, "<html>".to_owned(), (400, false, "BAD_REQUEST")),
        (JSON, query.clone() + &" ".repeat(200_000), (413, false, "BODY_TOO_LARGE")),
        (
            "application/x-www-form-urlencoded",
            "query={shops{id}}".to_owned(),
            (415, false, "UNSUPPORTED_MEDIA_TYPE"),
        ),
        ("text/plain", query.clone(), (415, false, "UNSUPPORTED_MEDIA_TYPE")),
        ("application/json; charset=latin1", query, (415, false, "UNSUPPORTED_MEDIA_TYPE")),
    ];
    for (content_type, body, expected) in cases {
        holds(&url, (content_type, GRAPHQL), body, expected).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_comes_by_get_or_post_and_the_schema_is_told_word_for_word() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = gateway(&sandbox, &[]).await;
    let get = http.get(gateway.url("/graphql")).query(&[("query", SHOPS)]).send().await.unwrap();
    assert_eq!(get.status(), StatusCode::OK);
    let put = http.put(gateway.url("/graphql")).send().await.unwrap();
    assert_eq!(
        (put.status(), text_of(&put, header::ALLOW)),
        (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST".to_owned())
    );
    let sdl = http.get(gateway.url("/schema.graphql")).send().await.unwrap().text().await.unwrap();
    assert_eq!(sdl, include_str!("../../../schema.graphql"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attack_is_refused_with_its_code_at_once_and_the_next_query_is_answered() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = gateway(&sandbox, &[]).await;
    let fragment = |n| format!("fragment f{n} on Query {{ ...f{0} ...f{0} }} ", n + 1);
    let numbered =
        |most| (0..most).fold(String::new(), |all, n| format!("{all}fragment f{n} on Shop {{ id }} "));
    let bomb: String = (0..50).map(fragment).collect();
    let circle = "fields { type { ".repeat(5) + "name" + &" } }".repeat(5);
    let cases = [
        ("QUERY_TOO_LONG", format!("{{ shops {{ {} }} }}", "id ".repeat(3000))),
        ("QUERY_TOO_DEEP", "{ a ".repeat(500)),
        ("QUERY_TOO_DEEP", format!("{{ {} id {} }}", "a { ".repeat(16), "}".repeat(16))),
        ("TOO_MANY_FIELDS", format!("{{ ...f0 }} {bomb} fragment f50 on Query {SHOPS}")),
        ("TOO_MANY_ROOT_FIELDS", format!("{{ {} }}", "__typename ".repeat(500))),
        ("TOO_MANY_ALIASES", format!("{{ shops {{ {} }} }}", "a: id ".repeat(101))),
        ("TOO_MANY_DIRECTIVES", "{ __typename @a@a@a@a@a@a@a@a@a@a }".to_owned()),
        ("TOO_MANY_DEFINITIONS", format!("{SHOPS} {}", numbered(100))),
        ("LIST_TOO_LONG", format!("{{ nodes(ids: [{}]) {{ id }} }}", "1 ".repeat(251))),
        ("QUERY_TOO_COSTLY", format!("{{ __schema {{ types {{ {circle} }} }} }}")),
        (
            "QUERY_TOO_COSTLY",
            "{ videoCards(first: 100) { nodes { sources { shop { id } } offers { shop { id } } technologies { id } \
             technologyVersions { technology { id } } priceHistory { points { shop { id } price { amount } } } } } }"
                .to_owned(),
        ),
        ("GRAPHQL_VALIDATION_FAILED", "{ ...a } fragment a on Query { ...a }".to_owned()),
        ("GRAPHQL_VALIDATION_FAILED", format!("{{ shops {{ {} }} }}", "nothing ".repeat(900))),
    ];
    for (expected, query) in cases {
        let began = Instant::now();
        let (status, answer) =
            asked(http.post(gateway.url("/graphql")).json(&json!({ "query": query }))).await;
        assert_eq!((status, code(&answer)), (400, expected), "{answer}");
        assert!(began.elapsed() < Duration::from_secs(1), "{expected}: {:?}", began.elapsed());
        assert!(answer["errors"].as_array().unwrap().len() <= 10, "{answer}");
        assert_eq!(answer.get("data"), None, "{answer}");
    }
    let variables = json!({ "ids": vec!["a"; 251] });
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let long = ask(&http, &gateway.url("/graphql"), query, variables).await;
    assert_eq!(code(&long), "LIST_TOO_LONG");
    let told = http.post(gateway.url("/graphql")).header("x-query-cost", "1");
    let (_, answer) = asked(told.json(&json!({ "query": SHOPS }))).await;
    assert_eq!(
        answer,
        json!({ "data": { "shops": [] }, "extensions": { "cost": { "requested": 2, "limit": 20_000 } } })
    );
    assert_eq!(
        ask(&http, &gateway.url("/graphql"), SHOPS, Value::Null).await,
        json!({ "data": { "shops": [] } })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_a_client_has_is_not_sent_again() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = gateway(&sandbox, &[("CORS_ORIGINS", "https://shop.example")]).await;
    let ask = |method: Method, query: &str| {
        http.request(method, gateway.url("/graphql"))
            .query(&[("query", query)])
            .header(header::ORIGIN, "https://shop.example")
    };
    let first = ask(Method::GET, SHOPS).send().await.unwrap();
    let tag = text_of(&first, header::ETAG);
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_eq!(text_of(&first, header::CACHE_CONTROL), "public, max-age=1, must-revalidate");
    let vary = text_of(&first, header::VARY).to_lowercase();
    for name in ["accept", "accept-encoding", "origin", "x-query-cost"] {
        assert!(vary.split(',').any(|part| part.trim() == name), "{name}: {vary}");
    }
    let again = ask(Method::GET, SHOPS).header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
    assert_eq!((again.status(), text_of(&again, header::ETAG)), (StatusCode::NOT_MODIFIED, tag.clone()));
    assert_eq!(again.bytes().await.unwrap().len(), 0);
    let named = ask(Method::GET, SHOPS).header(header::ACCEPT, GRAPHQL).header(header::IF_NONE_MATCH, &tag);
    assert_eq!(named.send().await.unwrap().status(), StatusCode::OK);
    let head = ask(Method::HEAD, SHOPS).send().await.unwrap();
    assert_eq!((head.status(), text_of(&head, header::ETAG)), (StatusCode::OK, tag));
    assert_eq!(head.bytes().await.unwrap().len(), 0);
    for query in ["{ nothing }", "{ videoCards(first: -1) { totalCount } }", "{"] {
        let wrong = ask(Method::GET, query).send().await.unwrap();
        assert_eq!(text_of(&wrong, header::CACHE_CONTROL), "no-store", "{query}");
        assert_eq!(text_of(&wrong, header::ETAG), "", "{query}");
    }
    let mutation = ask(Method::GET, "mutation { x }").send().await.unwrap();
    assert_eq!(
        (mutation.status(), text_of(&mutation, header::ALLOW)),
        (StatusCode::METHOD_NOT_ALLOWED, "POST".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_compressed_for_those_who_take_that_and_says_the_same() {
    const SHORT: &str = "{ __typename }";
    const LONG: &str = "{ __schema { types { name } } }";
    const FIELDS: &str = "{ types { name description fields { name description args { name description } }
        inputFields { name description } enumValues { name description } } }";
    let longer: &str = &format!("{{ __schema {FIELDS} again: __schema {FIELDS} more: __schema {FIELDS} }}");
    let sandbox = Sandbox::new().await;
    let gateway = gateway(&sandbox, &[]).await;
    // One that shows what comes, as it comes.
    let http = Client::builder().no_gzip().no_proxy().build().unwrap();
    let answer = async |query: &str, coding: &str| {
        let request = http.post(gateway.url("/graphql")).json(&json!({ "query": query }));
        let response = request.header(header::ACCEPT_ENCODING, coding).send().await.unwrap();
        assert!(text_of(&response, header::VARY).contains("Accept-Encoding"), "{query}");
        (text_of(&response, header::CONTENT_ENCODING), response.bytes().await.unwrap())
    };
    for query in [SHORT, LONG, longer] {
        let (coding, plain) = answer(query, "identity").await;
        assert_eq!(coding, "");
        // Worked out the first time, and kept from then on.
        for time in 1..=3 {
            let (coding, body) = answer(query, "br;q=0, gzip").await;
            if query == SHORT {
                assert_eq!((coding.as_str(), body), ("", plain.clone()));
                continue;
            }
            assert_eq!(coding, "gzip", "{time}, of {} bytes: {query}", plain.len());
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&*body).read_to_end(&mut text).unwrap();
            assert_eq!(text, plain, "{time}: {query}");
            assert!(body.len() < plain.len() / 3, "{} of {}", body.len(), plain.len());
        }
        assert_eq!(answer(query, "gzip;q=0").await, (String::new(), plain));
    }
    let (_, plain) = answer(longer, "identity").await;
    assert!(plain.len() > 64 * 1024, "{}", plain.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_of_listed_origins_may_read_answers() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let listed = gateway(&sandbox, &[("CORS_ORIGINS", "https://shop.example, http://localhost:5173")]).await;
    let closed = gateway(&sandbox, &[]).await;
    let cases = [
        (&listed, "https://shop.example", "https://shop.example"),
        (&listed, "http://localhost:5173", "http://localhost:5173"),
        (&listed, "https://evil.example", ""),
        (&listed, "null", ""),
        (&closed, "https://shop.example", ""),
    ];
    for (gateway, origin, allowed) in cases {
        let preflight = http
            .request(Method::OPTIONS, gateway.url("/graphql"))
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
            .send()
            .await
            .unwrap();
        assert_eq!(text_of(&preflight, header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
        let post = http.post(gateway.url("/graphql")).header(header::ORIGIN, origin);
        let post = post.json(&json!({ "query": SHOPS })).send().await.unwrap();
        assert_eq!(text_of(&post, header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{origin}");
    }
}

/// An answer: status, headers but for those that tell of other origins or of the time, and body.
async fn whole(response: Response) -> (StatusCode, Vec<(String, String)>, String) {
    let others = [header::DATE, header::VARY, header::ACCESS_CONTROL_EXPOSE_HEADERS];
    let told = response.headers().iter().filter(|(name, _)| !others.contains(name));
    let mut headers: Vec<(String, String)> =
        told.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.sort();
    (response.status(), headers, response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_is_answered_alike_by_the_way_without_routes_and_by_a_route() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let direct = gateway(&sandbox, &[]).await;
    let routed = gateway(&sandbox, &[("CORS_ORIGINS", "https://shop.example")]).await;
    let shops = json!({ "query": SHOPS }).to_string();
    let cases = [
        ("/graphql", JSON, GRAPHQL, shops.as_str(), 200),
        ("/graphql", JSON, "*/*", &shops, 200),
        ("/graphql?from=here", JSON, GRAPHQL, &shops, 200),
        ("/graphql", JSON, "text/event-stream", &shops, 200),
        ("/graphql", JSON, "text/html", &shops, 406),
        ("/graphql", "text/plain", GRAPHQL, &shops, 415),
        ("/graphql", JSON, GRAPHQL, "{", 400),
        ("/graphql", JSON, GRAPHQL, "", 400),
        ("/graphql/", JSON, GRAPHQL, &shops, 404),
        ("/Graphql", JSON, GRAPHQL, &shops, 404),
        ("/health", JSON, GRAPHQL, &shops, 405),
    ];
    for (path, content_type, accept, body, status) in cases {
        let post = |gateway: &Service| {
            let request = http.post(gateway.url(path)).header(header::CONTENT_TYPE, content_type);
            request.header(header::ACCEPT, accept).body(body.to_owned()).send()
        };
        let (one, other) =
            (whole(post(&direct).await.unwrap()).await, whole(post(&routed).await.unwrap()).await);
        assert_eq!(one, other, "{path} {content_type} {accept} {body}");
        assert_eq!(one.0, status, "{path} {content_type} {accept} {body}: {one:?}");
    }
}

/// Asks something that no cache knows.
async fn ask_anew(http: &Client, gateway: &Service, number: usize) -> (StatusCode, String, Duration) {
    let body = json!({ "query": format!("{{ brands {{ slug }} }} # {number}") });
    let began = Instant::now();
    let response = http.post(gateway.url("/graphql")).json(&body).send().await.unwrap();
    (response.status(), text_of(&response, header::RETRY_AFTER), began.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_at_once_is_refused_at_once_and_health_passes_by() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let gateway = gateway(&sandbox, &[("MAX_CONCURRENT_REQUESTS", "2")]).await;
    let kept = ask(&http, &gateway.url("/graphql"), SHOPS, Value::Null).await;
    let mut database = sqlx::PgConnection::connect(&sandbox.admin_database_url()).await.unwrap();
    let mut lock = database.begin().await.unwrap();
    // Whatever reads all brands now waits until its statement has had its time.
    sqlx::query("lock table gateway.brand in access exclusive mode").execute(&mut *lock).await.unwrap();
    let all = join_all((0..40).map(|number| ask_anew(&http, &gateway, number)));
    let meanwhile = async {
        let began = Instant::now();
        assert_eq!(http.get(gateway.url("/health")).send().await.unwrap().status(), StatusCode::OK);
        // Unless the machine is so busy that the catalogue isn't confirmed in time.
        let answer = ask(&http, &gateway.url("/graphql"), SHOPS, Value::Null).await;
        assert!(answer == kept || code(&answer) == "OVERLOADED", "{answer}");
        began.elapsed()
    };
    let (all, health) = tokio::join!(all, meanwhile);
    lock.rollback().await.unwrap();
    let refused: Vec<_> = all.iter().filter(|(_, retry, _)| !retry.is_empty()).collect();
    assert!(refused.len() >= 36, "{all:?}");
    assert!(
        refused.iter().all(|(status, retry, _)| *status == StatusCode::SERVICE_UNAVAILABLE && retry == "1")
    );
    let quick = refused.iter().filter(|(.., took)| *took < Duration::from_millis(500)).count();
    assert!(quick >= 36, "{all:?}");
    assert!(health < Duration::from_secs(1), "{health:?}");
    eventually(SOON, || async {
        let (status, ..) = ask_anew(&http, &gateway, 1000).await;
        if status == StatusCode::OK { Ok(()) } else { Err(status.to_string()) }
    })
    .await;
}
