//! Documents: asked for by name, trusted, told, and refused.

use std::io::Write;

use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stores::{process::Service, sandbox::Sandbox};

use crate::{
    SHOPS, SOON, asked, code, gateway,
    support::{ask, eventually, http_client},
};

fn sha256(text: &str) -> String {
    format!("{:x}", bytes::Bytes::from(Sha256::digest(text.as_bytes()).to_vec()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_sent_once_with_its_hash_is_known_to_every_gateway() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let (one, other) = (gateway(&sandbox, &[]).await, gateway(&sandbox, &[]).await);
    let named = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let hash = sha256(SHOPS);
    let post = |gateway: &Service, body: Value| asked(http.post(gateway.url("/graphql")).json(&body));
    let get =
        |gateway: &Service, parts: &[(&str, String)]| asked(http.get(gateway.url("/graphql")).query(parts));

    let (status, unknown) = post(&one, json!({ "extensions": named(&hash) })).await;
    assert_eq!((status, code(&unknown)), (400, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(unknown["errors"][0]["message"], "PersistedQueryNotFound");
    let (status, wrong) =
        post(&one, json!({ "query": "{ brands { id } }", "extensions": named(&hash) })).await;
    assert_eq!((status, code(&wrong)), (400, "PERSISTED_QUERY_HASH_MISMATCH"));
    let newer = json!({ "persistedQuery": { "version": 2, "sha256Hash": hash } });
    assert_eq!(code(&post(&one, json!({ "extensions": newer })).await.1), "PERSISTED_QUERY_NOT_SUPPORTED");

    let answer = json!({ "data": { "shops": [] } });
    let sent = [("query", SHOPS.to_owned()), ("extensions", named(&hash).to_string())];
    assert_eq!(get(&one, &sent).await, (200, answer.clone()));
    for gateway in [&one, &other] {
        // Redis is told in the background.
        eventually(SOON, || async {
            let (_, found) = get(gateway, &[("extensions", named(&hash).to_string())]).await;
            if found == answer { Ok(()) } else { Err(found.to_string()) }
        })
        .await;
        let id = format!("sha256:{hash}");
        assert_eq!(get(gateway, &[("documentId", id.clone())]).await, (200, answer.clone()));
        assert_eq!(post(gateway, json!({ "documentId": id })).await, (200, answer.clone()));
        let both = json!({ "documentId": id, "query": SHOPS });
        assert_eq!(code(&post(gateway, both).await.1), "BAD_REQUEST");
    }
    let (status, unheard) = post(&one, json!({ "documentId": "unheard" })).await;
    assert_eq!((status, code(&unheard)), (400, "PERSISTED_QUERY_NOT_FOUND"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_trusted_documents_only_no_others_are_answered() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let mut manifest = tempfile::NamedTempFile::new().unwrap();
    write!(manifest, "{}", json!({ "shops-1": SHOPS })).unwrap();
    let path = manifest.path().to_str().unwrap();
    let gateway = gateway(
        &sandbox,
        &[("TRUSTED_DOCUMENTS", path), ("TRUSTED_DOCUMENTS_ONLY", "true"), ("INTROSPECTION", "false")],
    )
    .await;
    let hash = sha256(SHOPS);
    let named = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let other = "{ brands { id } }";
    let cases = [
        (json!({ "documentId": "shops-1" }), "none"),
        (json!({ "documentId": format!("sha256:{hash}") }), "none"),
        (json!({ "extensions": named(&hash) }), "none"),
        (json!({ "extensions": named("shops-1") }), "none"),
        (json!({ "query": SHOPS }), "none"),
        (json!({ "query": other }), "DOCUMENT_NOT_TRUSTED"),
        (json!({ "query": other, "extensions": named(&sha256(other)) }), "DOCUMENT_NOT_TRUSTED"),
        (json!({ "extensions": named(&sha256(other)) }), "DOCUMENT_NOT_TRUSTED"),
        (json!({ "documentId": "brands-1" }), "DOCUMENT_NOT_TRUSTED"),
    ];
    for (body, expected) in cases {
        let (_, answer) = asked(http.post(gateway.url("/graphql")).json(&body)).await;
        assert_eq!(code(&answer), expected, "{body}: {answer}");
    }
    let schema = http.get(gateway.url("/schema.graphql")).send().await.unwrap();
    assert_eq!(schema.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_told_unless_that_is_switched_off() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let (open, closed) =
        (gateway(&sandbox, &[]).await, gateway(&sandbox, &[("INTROSPECTION", "false")]).await);
    let cases = [
        ("{ __schema { queryType { name } } }", "INTROSPECTION_DISABLED"),
        ("{ ...a } fragment a on Query { b: __type(name: \"Shop\") { name } }", "INTROSPECTION_DISABLED"),
        ("{ __typename shops { __typename } }", "none"),
    ];
    for (query, expected) in cases {
        // The one that tells it first, so that the answer is kept where both look.
        assert_eq!(code(&ask(&http, &open.url("/graphql"), query, Value::Null).await), "none", "{query}");
        assert_eq!(code(&ask(&http, &closed.url("/graphql"), query, Value::Null).await), expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_refused_as_well_after_others_of_the_same_document_were_answered() {
    const LIST: &str = "query($first: Int, $filter: VideoCardFilter, $sort: VideoCardSort, $no: Boolean = false) {
        videoCards(first: $first, filter: $filter, sort: $sort) { totalCount @skip(if: $no) pageInfo { hasNextPage } } }";
    const CARD: &str =
        "query One($by: VideoCardBy!) { videoCard(by: $by) { id } } query Other { shops { id } }";
    let sandbox = Sandbox::new().await;
    let (http, gateway) = (http_client(), gateway(&sandbox, &[]).await);
    let answer = async |query: &str, name: Option<&str>, variables: &Value| {
        let body = json!({ "query": query, "operationName": name, "variables": variables });
        asked(http.post(gateway.url("/graphql")).json(&body)).await
    };
    let all = json!({ "first": 1, "sort": "NAME_ASC", "no": true,
        "filter": { "brands": ["asus"], "price": { "min": "1.00" }, "availability": ["IN_STOCK"] } });
    let lists = [
        json!({ "first": "1" }),
        json!({ "first": 1.5 }),
        json!({ "first": 5_000_000_000_i64 }),
        json!({ "sort": "NAME" }),
        json!({ "no": "true" }),
        json!({ "no": null }),
        json!({ "filter": { "brands": [1] } }),
        json!({ "filter": { "brands": [null] } }),
        json!({ "filter": { "brand": ["asus"] } }),
        json!({ "filter": { "availability": ["NEVER"] } }),
        json!({ "filter": { "price": { "min": "dear" } } }),
        json!({ "filter": { "and": [{ "not": { "sort": 1 } }] } }),
    ];
    let cards = [
        json!({}),
        json!({ "by": {} }),
        json!({ "by": { "id": "1", "slug": "a" } }),
        json!({ "by": { "id": [] } }),
    ];
    for (query, name, right, wrong) in
        [(LIST, None, all, &lists[..]), (CARD, Some("One"), json!({ "by": { "slug": "a" } }), &cards[..])]
    {
        let mut before = Vec::new();
        for variables in wrong {
            before.push(answer(query, name, variables).await);
        }
        for _ in 0..3 {
            let (status, told) = answer(query, name, &right).await;
            assert_eq!((status, &told["errors"]), (200, &Value::Null), "{told}");
        }
        for (variables, before) in wrong.iter().zip(before) {
            assert!(before.1["errors"][0].is_object(), "{variables}: {before:?}");
            assert_eq!(answer(query, name, variables).await, before, "{variables}");
        }
    }
}
