//! The pages that are built into the gateway's program: the playground and the storefront.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::time::Duration;

use reqwest::header;
use serde_json::Value;
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{
    ask, consuming, eventually, http_client,
    pipeline::Pipeline,
    postgres::Database,
    queue::Publisher,
    said::{changed, gone, listing},
};

const TITLE: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const SOON: Duration = Duration::from_secs(20);

async fn gateway(sandbox: &Sandbox) -> Service {
    Service::start("gateway", Pipeline::gateway_variables(sandbox)).await.unwrap()
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
    for path in ["/", "/?q=rtx+4070", "/compare?card=a&card=b"] {
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
async fn an_address_of_no_card_is_not_found_and_shows_the_page_all_the_same() {
    const CARDS: &str = "{ videoCards { nodes { id } } }";
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    let gateway = gateway(&sandbox).await;
    consuming(&http, &gateway).await;
    let said = |gtin: &str| events::Listing { gtins: vec![gtin.to_owned()], ..listing(TITLE, 50_000) };
    let cards = async |count: usize| {
        let ids = eventually(SOON, || async {
            let answer = ask(&http, &gateway.url("/graphql"), CARDS, Value::Null).await;
            let nodes = answer["data"]["videoCards"]["nodes"].as_array().ok_or_else(|| answer.to_string())?;
            if nodes.len() == count { Ok(nodes.clone()) } else { Err(answer.to_string()) }
        });
        ids.await.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let status = async |id: &str| {
        let response = http.get(gateway.url(&format!("/cards/{id}"))).send().await.unwrap();
        let status = response.status().as_u16();
        assert!(response.text().await.unwrap().contains("/storefront/assets/"), "{id}");
        status
    };
    publisher.publish(&changed("netvideo", "1", 1, said("04711387457092"))).await;
    publisher.publish(&changed("countrylink", "1", 1, said("00889523164815"))).await;
    let ids = cards(2).await;
    for id in &ids {
        assert_eq!(status(id).await, 200);
    }
    // A card that never was, a brand, and what is no identifier, nor even text.
    for id in ["VmlkZW9DYXJkOjk5OQ", "QnJhbmQ6MQ", "42", "VmlkZW9DYXJkOjQy=", "%00", "%ff"] {
        assert_eq!(status(id).await, 404, "{id}");
    }
    // One of the two takes the other over, and answers for it.
    publisher.publish(&changed("countrylink", "1", 2, said("04711387457092"))).await;
    let kept = cards(1).await;
    for id in &ids {
        assert_eq!(status(id).await, 200);
    }
    // While Postgres is away, nobody knows of those that aren't in memory.
    let mut database = Database::of(&sandbox).await;
    database.away().await;
    eventually(SOON, || async {
        let statuses = (status(&kept[0]).await, status("VmlkZW9DYXJkOjk5OQ").await, status("42").await);
        if statuses == (200, 200, 404) { Ok(()) } else { Err(format!("{statuses:?}")) }
    })
    .await;
    database.back().await;
    for shop in ["netvideo", "countrylink"] {
        publisher.publish(&gone(shop, "1", 3)).await;
    }
    cards(0).await;
    for id in &ids {
        // Just after Postgres has come back, a connection of before can still break, and then nobody knows.
        eventually(SOON, || async {
            let status = status(id).await;
            if status == 404 { Ok(()) } else { Err(format!("{id}: {status}")) }
        })
        .await;
    }
}
