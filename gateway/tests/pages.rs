//! The pages that are built into the gateway's program: the playground and the storefront.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use reqwest::header;
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{http_client, pipeline::Pipeline};

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
