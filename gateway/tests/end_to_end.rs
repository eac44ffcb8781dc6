//! From a mock shop to a GraphQL answer, on real stores and with the real programs.

mod support;

use std::time::Duration;

use stores::sandbox::Sandbox;

use crate::support::pipeline::{Pipeline, score};

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
    assert!(score.merged * 100 >= score.true_pairs * 95, "{score:#?}");
}
