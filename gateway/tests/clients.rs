//! The clients that frontends use, in `gateway/clients`, against the whole pipeline: what they do is written in
//! their own language there, and run by Node.js' own test runner.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{path::Path, process::Stdio, time::Duration};

use stores::{install, process::Service, sandbox::Sandbox};
use tokio::process::Command;

use crate::support::{eventually, pipeline::Pipeline};

const SOON: Duration = Duration::from_mins(1);
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

#[tokio::test(flavor = "multi_thread")]
async fn the_clients_that_frontends_use_work_as_they_come() {
    let tests = built_tests();
    let manifest = format!("{CLIENTS}/generated/persisted-documents.json");
    let pipeline = Pipeline::start(Sandbox::new().await, &[("MOCK_SHOPS_DRIFT", "0")]).await;
    let mut variables = Pipeline::gateway_variables(&pipeline.sandbox);
    variables.extend([("TRUSTED_DOCUMENTS", manifest), ("TRUSTED_DOCUMENTS_ONLY", "true".to_owned())]);
    let trusting = Service::start("gateway", variables).await.unwrap();
    pipeline.settled(SOON).await;
    eventually(SOON, || async {
        let ready =
            pipeline.http.get(trusting.url("/ready")).send().await.map_err(|error| error.to_string())?;
        if ready.status().is_success() { Ok(()) } else { Err(ready.text().await.unwrap_or_default()) }
    })
    .await;
    let output = Command::new("node")
        .arg("--test")
        .args(tests)
        .current_dir(CLIENTS)
        .env("GATEWAY_URL", pipeline.gateway.url(""))
        .env("SHOPS_URL", pipeline.shops.url(""))
        .env("TRUSTING_GATEWAY_URL", trusting.url(""))
        .env("CHROMIUM", install::program("chromium").unwrap())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// The tests of the clients, from their folder.
fn built_tests() -> Vec<String> {
    let folder = Path::new(CLIENTS).join("build/test");
    let files = folder.read_dir().unwrap_or_else(|_| {
        panic!(
            "this test needs the clients, which npm builds: run `cargo xtask clients` or `cargo xtask test`"
        )
    });
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let tests = names.filter(|name| name.ends_with(".test.js")).map(|name| format!("build/test/{name}"));
    tests.collect()
}
