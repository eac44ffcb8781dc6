//! Messages that can't be applied, from the queue to a person's eyes.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod support;

use std::{process::Command, time::Duration};

use events::topology;
use serde_json::Value;
use stores::{process::Service, sandbox::Sandbox};

use crate::support::{
    ask, consuming, eventually, http_client,
    pipeline::Pipeline,
    queue::{Publisher, depth},
    said::{changed, listing},
};

const TITLE: &str = "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB";
const SOON: Duration = Duration::from_secs(20);

/// Waits until there are so many dead letters.
async fn dead(sandbox: &Sandbox, expected: usize) {
    eventually(SOON, || async {
        let dead = depth(sandbox, topology::DEAD_QUEUE).await?;
        if dead == expected as u64 { Ok(()) } else { Err(format!("{dead} dead")) }
    })
    .await;
}

/// What a command of the gateway prints.
fn gateway_says(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gateway"));
    let output = command.args(arguments).envs(Pipeline::gateway_variables(sandbox)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cant_be_applied_goes_to_the_dead_letters_and_holds_up_nobody() {
    let sandbox = Sandbox::new().await;
    let http = http_client();
    let publisher = Publisher::connect(&sandbox).await;
    let gateway = Service::start("gateway", Pipeline::gateway_variables(&sandbox)).await.unwrap();
    consuming(&http, &gateway).await;
    let mut unspeakable = listing("a title with a NUL \0 in it", 1);
    unspeakable.brand = Some("\0".to_owned());
    let poison = [
        b"<html>".to_vec(),
        b"{}".to_vec(),
        br#"{"v":2,"type":"listing.changed"}"#.to_vec(),
        br#"{"v":1,"type":"listing.sold"}"#.to_vec(),
        changed("netvideo", "2", 1, unspeakable).encode(),
    ];
    for bytes in &poison {
        publisher.publish_bytes(bytes).await;
    }
    publisher.publish(&changed("netvideo", "1", 1, listing(TITLE, 50_000))).await;
    eventually(SOON, || async {
        let answer = ask(&http, &gateway.url("/graphql"), "{ videoCards { totalCount } }", Value::Null).await;
        if answer["data"]["videoCards"]["totalCount"] == 1 { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
    dead(&sandbox, poison.len()).await;
    assert_eq!(depth(&sandbox, topology::QUEUE).await.unwrap(), 0);

    // A gateway that knows more finds one among them that it can apply.
    publisher
        .publish_to(topology::DEAD_EXCHANGE, &changed("netvideo", "1", 2, listing(TITLE, 40_000)).encode())
        .await;
    dead(&sandbox, poison.len() + 1).await;
    let listed = gateway_says(&sandbox, &["dead", "list"]);
    for said in
        ["<html>", "expected value", "listing.sold", "netvideo/2/1", "netvideo/1/2", "6 of 6 dead letters"]
    {
        assert!(listed.contains(said), "{said}: {listed}");
    }
    let retried = gateway_says(&sandbox, &["dead", "retry"]);
    assert!(retried.contains("applied: netvideo/1/2") && retried.contains("1 applied, 5 stay."), "{retried}");
    dead(&sandbox, poison.len()).await;
    eventually(SOON, || async {
        let query = "{ videoCards { nodes { bestOffer { price { amount } } } } }";
        let answer = ask(&http, &gateway.url("/graphql"), query, Value::Null).await;
        if answer.to_string().contains("400.00") { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
    let html = listed.lines().find(|line| line.contains("<html>")).unwrap();
    let discarded = gateway_says(&sandbox, &["dead", "discard", html.split(' ').next().unwrap()]);
    assert!(discarded.contains("discarded: <html>"), "{discarded}");
    dead(&sandbox, poison.len() - 1).await;
}
