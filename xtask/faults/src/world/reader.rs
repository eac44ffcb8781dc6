//! A client of the gateways, as a frontend behind a balancer is one: it asks one of them, and another where the
//! first can't be reached.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// A client waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(10);

/// What no error may hold: addresses, SQL, paths, traces.
const SECRETS: [&str; 7] = ["://", "127.0.0.1", "select ", "insert ", ".rs:", "panicked", "sqlx"];

/// What came of a question.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Which gateway answered.
    pub(crate) gateway: usize,
    /// When it was asked.
    pub(crate) asked_at: Instant,
    /// Until the last byte.
    pub(crate) took: Duration,
    /// What it said, or why nothing came.
    pub(crate) said: Result<Said, String>,
}

/// An HTTP answer.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    /// Whether it says when to come back.
    pub(crate) retry_after: bool,
    /// JSON, or the text as a JSON string where it is none.
    pub(crate) body: Value,
}

impl Said {
    /// Whether it says that it could not be confirmed to be as things are now.
    pub(crate) fn is_marked(&self) -> bool {
        !self.body["extensions"]["stale"].is_null()
    }

    /// What its errors tell of our inside, which is nobody's business.
    pub(crate) fn tells_too_much(&self) -> Option<String> {
        let errors = self.body.get("errors").map(Value::to_string).unwrap_or_default();
        SECRETS.iter().any(|secret| errors.contains(secret)).then_some(errors)
    }

    /// The code of the first error, if the answer has one.
    pub(crate) fn code(&self) -> Option<&str> {
        let error = self.body["errors"].get(0)?;
        Some(error["extensions"]["code"].as_str().unwrap_or("none"))
    }
}

impl Answer {
    /// The data of an answer without errors.
    pub(crate) fn data(&self) -> Option<&Value> {
        let said = self.said.as_ref().ok()?;
        (said.status == 200 && said.body["errors"].is_null()).then(|| &said.body["data"])
    }

    /// How it went, in a word: `ok`, an error's code, `http 502`, or `no answer`.
    pub(crate) fn outcome(&self) -> String {
        match &self.said {
            Err(_) => "no answer".to_owned(),
            Ok(said) => match said.code() {
                Some(code) => code.to_owned(),
                None if said.status == 200 => "ok".to_owned(),
                None => format!("http {}", said.status),
            },
        }
    }
}

/// Asks gateways.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    http: reqwest::Client,
    /// Addresses of `/graphql`.
    gateways: Arc<[String]>,
}

impl Reader {
    pub(crate) fn new(http: reqwest::Client, gateways: Vec<String>) -> Self {
        Self { http, gateways: gateways.into() }
    }

    /// How many gateways there are.
    pub(crate) fn gateways(&self) -> usize {
        self.gateways.len()
    }

    /// Asks one gateway, by its number.
    pub(crate) async fn ask(&self, gateway: usize, query: &str, variables: &Value) -> Answer {
        let asked_at = Instant::now();
        let body = json!({ "query": query, "variables": variables });
        let said = tokio::time::timeout(PATIENCE, self.exchange(gateway, &body)).await;
        let said = said.unwrap_or_else(|_| Err(format!("nothing within {} s", PATIENCE.as_secs())));
        Answer { gateway, asked_at, took: asked_at.elapsed(), said }
    }

    /// Asks the gateways in turn from `first` on until one is reached that can answer, as a balancer does: it passes by
    /// one that has just come up and knows nothing yet.
    pub(crate) async fn ask_any(&self, first: usize, query: &str, variables: &Value) -> Answer {
        let began = Instant::now();
        let mut answer = self.ask(first % self.gateways(), query, variables).await;
        for further in 1..self.gateways() {
            if answer.said.as_ref().is_ok_and(|said| said.status != 503) {
                break;
            }
            answer = self.ask((first + further) % self.gateways(), query, variables).await;
        }
        Answer { took: began.elapsed(), ..answer }
    }

    async fn exchange(&self, gateway: usize, body: &Value) -> Result<Said, String> {
        let told = |error: reqwest::Error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("{error}: {}", cause.unwrap_or_default())
        };
        let response = self.http.post(&self.gateways[gateway]).json(body).send().await.map_err(told)?;
        let status = response.status().as_u16();
        let retry_after = response.headers().contains_key(reqwest::header::RETRY_AFTER);
        let text = response.text().await.map_err(told)?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Said { status, retry_after, body })
    }
}
