//! The storefront, in `gateway/storefront`: what it works out, and what shoppers do with it in a real browser against
//! the whole pipeline. Both are written in its own language there.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{path::Path, process::Stdio, sync::Arc, time::Duration};

use axum::{Router, extract::Path as PathOf, http::StatusCode, routing::post};
use stores::{install, process::Service, sandbox::Sandbox};
use tokio::{
    net::TcpListener,
    process::Command,
    sync::{Mutex, oneshot},
};

use crate::support::{eventually, pipeline::Pipeline, postgres::Database};

const SOON: Duration = Duration::from_mins(1);
const STOREFRONT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/storefront");

#[tokio::test]
async fn what_the_storefront_works_out_is_right() {
    succeeds(program("vitest/vitest.mjs").args(["run", "--dir", "test"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shoppers_can_use_the_storefront_in_a_browser() {
    let pipeline = Pipeline::start(Sandbox::new().await, &[("MOCK_SHOPS_DRIFT", "0")]).await;
    // Answers what the storefront sends and nothing else, and can be restarted.
    let mut variables = Pipeline::gateway_variables(&pipeline.sandbox);
    variables.extend([("TRUSTED_DOCUMENTS_ONLY", "true".to_owned()), ("INTROSPECTION", "false".to_owned())]);
    let serving = Service::start("gateway", variables).await.unwrap();
    let storefront = serving.url("");
    pipeline.settled(SOON).await;
    eventually(SOON, || async {
        let ready = pipeline.http.get(format!("{storefront}/ready")).send().await;
        let ready = ready.map_err(|error| error.to_string())?;
        if ready.status().is_success() { Ok(()) } else { Err(ready.text().await.unwrap_or_default()) }
    })
    .await;
    let (controls, _living) = controls(serving, Database::of(&pipeline.sandbox).await).await;
    let mut browser = program("@playwright/test/cli.js");
    browser
        .args(["test", "--config", "browser/playwright.config.ts"])
        .env("STOREFRONT_URL", storefront)
        .env("CONTROLS_URL", controls)
        .env("GATEWAY_URL", pipeline.gateway.url(""))
        .env("SHOPS_URL", pipeline.shops.url(""))
        .env("CHROMIUM", install::program("chromium").unwrap());
    succeeds(&mut browser).await;
}

/// Lets a test in the browser restart a gateway, and take Postgres away from it and give it back, as long as the second
/// lives.
async fn controls(gateway: Service, database: Database) -> (String, oneshot::Sender<()>) {
    let (gateway, database) = (Arc::new(Mutex::new(gateway)), Arc::new(Mutex::new(database)));
    let restart = async move || match gateway.lock().await.restart().await {
        Ok(()) => (StatusCode::OK, String::new()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    let postgres = async move |PathOf(order): PathOf<String>| {
        let mut database = database.lock().await;
        if order == "away" { database.away().await } else { database.back().await }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (living, gone) = oneshot::channel::<()>();
    let router = Router::new().route("/restart", post(restart)).route("/postgres/{order}", post(postgres));
    tokio::spawn(
        axum::serve(listener, router).with_graceful_shutdown(async { drop(gone.await) }).into_future(),
    );
    (url, living)
}

/// A program of the storefront's that npm has installed.
fn program(path: &str) -> Command {
    let program = Path::new(STOREFRONT).join("node_modules").join(path);
    assert!(
        program.is_file() && Path::new(STOREFRONT).join("generated").is_dir(),
        "this test needs the storefront, which npm builds: run `cargo xtask storefront` or `cargo xtask test`"
    );
    let mut command = Command::new("node");
    command.arg(program).current_dir(STOREFRONT).stdin(Stdio::null()).kill_on_drop(true);
    command
}

async fn succeeds(command: &mut Command) {
    let output = command.output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
}
