//! `/graphql`: from a request to an answer, stage by stage: negotiate, read, find the document, look the
//! answer up, check, execute, respond.
//!
//! What is kept is found before the document is parsed: a kept answer costs a hash of what was asked. There
//! are no mutations, so an answer is only ever one to a query.

use std::{sync::Arc, time::Instant};

use async_graphql::Variables;
use axum::{
    Router,
    body::Body,
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
    routing::any,
};
use chrono::Utc;
use serde_json::{Value, json};
use tokio::time::timeout;
use tracing::Instrument;

use super::{
    Gateway,
    asked::{Asked, COST_HEADER},
    documents::{self, Documents},
    heard::{Heard, Words},
    limits::{Limits, Prices},
    negotiation::{MediaType, accepted},
    overload::Gate,
    refusal::Refusal,
    respond,
    settings::HttpSettings,
    sse, traced, websocket,
};
use crate::{
    answers::{Answer, Origin, Question, with_extension},
    catalogue::CatalogueState,
    graphql::request::RequestData,
    measures::{self, RequestDurations},
};

/// Tells versions of the gateway apart whose answers may differ.
const BUILD: &str = concat!(env!("CARGO_PKG_VERSION"), "/2");

/// What `/graphql` is answered with.
pub(super) struct GraphQl {
    pub(super) gateway: Arc<Gateway>,
    pub(super) documents: Documents,
    pub(super) limits: Limits,
    pub(super) prices: Prices,
    heard: Heard,
    gate: Gate,
    durations: RequestDurations,
    /// Everything besides the catalogue and the request that answers depend on; the second is for those that
    /// tell what they cost.
    builds: [String; 2],
}

/// Where GraphQL is served.
pub(super) const PATH: &str = "/graphql";

pub(super) fn routes<S: Clone + Send + Sync + 'static>(graphql: Arc<GraphQl>) -> Router<S> {
    let serve = |State(graphql): State<Arc<GraphQl>>, request: HttpRequest| answer(graphql, request);
    Router::new().route(PATH, any(serve)).with_state(graphql)
}

/// Answers a request to [`PATH`].
pub(super) async fn answer(graphql: Arc<GraphQl>, request: HttpRequest) -> Response {
    if websocket::is_wanted(request.headers()) {
        return Box::pin(websocket::accept(graphql, request)).await;
    }
    if sse::is_wanted(request.headers()) {
        return Box::pin(sse::answer(graphql, request)).await;
    }
    let (parts, body) = request.into_parts();
    match parts.method {
        Method::POST => post(&graphql, &parts.headers, body).await,
        // Of what HEAD is answered with, whoever serves takes the body away.
        Method::GET | Method::HEAD => {
            get(&graphql, &parts.headers, parts.uri.query().unwrap_or_default()).await
        }
        _ => other_method(),
    }
}

async fn post(graphql: &GraphQl, headers: &HeaderMap, body: Body) -> Response {
    let Some(media_type) = accepted(headers) else { return not_acceptable() };
    let body = match Asked::body(headers, body, graphql.limits.max_body_bytes).await {
        Ok(body) => body,
        Err(refusal) => return refusal.respond(media_type),
    };
    let began = Instant::now();
    let words = Words::Post(body.clone());
    let read = || Asked::read_post(&body, headers);
    graphql.respond(began, words, read, media_type, &Method::POST, headers).await
}

async fn get(graphql: &GraphQl, headers: &HeaderMap, query: &str) -> Response {
    let Some(media_type) = accepted(headers) else { return not_acceptable() };
    let began = Instant::now();
    let words = Words::Get(query.to_owned().into());
    let read = || Asked::read_get(query, headers, graphql.limits.max_body_bytes);
    graphql.respond(began, words, read, media_type, &Method::GET, headers).await
}

pub(super) fn other_method() -> Response {
    let message = "GraphQL is served by POST with a JSON body, or by GET with the query in the address.";
    Refusal::method_not_allowed(message, "GET, HEAD, POST").respond(MediaType::Json)
}

fn not_acceptable() -> Response {
    Refusal::request(
        StatusCode::NOT_ACCEPTABLE,
        "NOT_ACCEPTABLE",
        "Answers are `application/graphql-response+json` or `application/json`, in UTF-8; `Accept` allows neither.",
    )
    .respond(MediaType::Json)
}

impl GraphQl {
    pub(super) fn new(gateway: Arc<Gateway>, settings: &HttpSettings) -> Self {
        let HttpSettings { limits, introspection, max_concurrent_requests, .. } = settings;
        let schema = blake3::hash(crate::graphql::sdl().as_bytes()).to_hex();
        let build = format!("{BUILD}/{schema}/{}/{introspection}/{limits:?}", gateway.base_currency);
        Self {
            gateway,
            documents: Documents::new(limits.clone(), *introspection),
            limits: limits.clone(),
            prices: Prices::of_served_schema(),
            heard: Heard::new(),
            gate: Gate::new(*max_concurrent_requests),
            durations: RequestDurations::new(),
            builds: [build.clone(), build + "/cost"],
        }
    }

    /// Answers a request that says `words`; `read` reads it, if that is needed.
    async fn respond(
        &self,
        began: Instant,
        words: Words,
        read: impl FnOnce() -> Result<Asked, Refusal>,
        media_type: MediaType,
        method: &Method,
        headers: &HeaderMap,
    ) -> Response {
        if let Some(answer) = self.heard(&words, headers) {
            traced::answered(&traced::span(None, headers), Some(answer.origin));
            self.durations.note(Some(answer.origin), began.elapsed());
            return respond::answered(answer, media_type, method, headers).await;
        }
        let asked = match read() {
            Ok(asked) => asked,
            Err(refusal) => return refusal.respond(media_type),
        };
        let span = traced::span(asked.operation_name.as_deref(), headers);
        let answered = Box::pin(self.answer(asked, words, headers)).instrument(span.clone()).await;
        let origin = answered.as_ref().ok().map(|answer| answer.origin);
        traced::answered(&span, origin);
        self.durations.note(origin, began.elapsed());
        match answered {
            Ok(answer) => {
                if !answer.complete && answer.origin != Origin::Last {
                    measures::errors_told(&answer.body);
                }
                respond::answered(answer, media_type, method, headers).await
            }
            Err(refusal) => refusal.respond(media_type),
        }
    }

    /// The answer that is kept for a request that said the same, word for word.
    fn heard(&self, words: &Words, headers: &HeaderMap) -> Option<Answer> {
        if headers.contains_key(COST_HEADER) {
            return None;
        }
        let Gateway { catalogue, answers, .. } = &*self.gateway;
        let question = self.heard.get(words)?;
        if catalogue.is_away() {
            return None;
        }
        catalogue.look_at_state(|state| answers.known(&question, state))?
    }

    async fn answer(&self, mut asked: Asked, words: Words, headers: &HeaderMap) -> Result<Answer, Refusal> {
        let text = self.gateway.persisted.text(&mut asked, &self.documents).await?;
        let question = self.question(&text, &asked);
        let answer = Box::pin(self.answer_text(&text, question, asked)).await?;
        // What is asked for once isn't worth remembering.
        if answer.origin == Origin::Memory && !headers.contains_key(COST_HEADER) {
            self.heard.remember(&words, question);
        }
        Ok(answer)
    }

    /// What is asked.
    pub(super) fn question(&self, text: &str, asked: &Asked) -> Question {
        Question::of(
            &self.builds[usize::from(asked.with_cost)],
            text,
            asked.operation_name.as_deref(),
            asked.variables.as_ref().unwrap_or(&Value::Null),
        )
    }

    /// The answer to a document: one that is kept, or else executed. While a store is away, the last one there was.
    pub(super) async fn answer_text(
        &self,
        text: &Arc<str>,
        question: Question,
        asked: Asked,
    ) -> Result<Answer, Refusal> {
        let Gateway { catalogue, answers, .. } = &*self.gateway;
        let with_cost = asked.with_cost;
        if catalogue.is_away() {
            return answers.last(&question, with_cost).ok_or_else(Refusal::unavailable);
        }
        let answered = match catalogue.state() {
            Some(state) => {
                if let Some(answer) = answers.known(&question, &state) {
                    return Ok(answer);
                }
                // On the heap: it is some forty kilobytes.
                answers.answer(question, &state, Box::pin(self.execute(text, asked, Some(&state)))).await
            }
            // Whether what is kept is still true can't be known now.
            None => Box::pin(self.execute(text, asked, catalogue.latest().as_ref())).await,
        };
        match &answered {
            Ok(answer) if !answer.unavailable => answered,
            Err(_) if !catalogue.is_lost() => answered,
            _ => answers.last(&question, with_cost).map_or(answered, Ok),
        }
    }

    async fn execute(
        &self,
        text: &Arc<str>,
        asked: Asked,
        catalogue: Option<&Arc<CatalogueState>>,
    ) -> Result<Answer, Refusal> {
        let document = self.documents.read(text)?;
        let variables = asked.variables.map(Variables::from_json).unwrap_or_default();
        let mut cost = None;
        if let Some(operation) = documents::operation(&document, asked.operation_name.as_deref()) {
            documents::check_single(operation)?;
            if asked.safe {
                documents::check_safe(operation)?;
            }
            let costs =
                self.limits.check_operation(&self.prices, document.parsed(), operation, &variables)?;
            traced::cost(costs);
            cost = Some(costs);
        }
        let _pass = self.gate.enter().await?;
        // Else what needs no store would be worked out before the next request is even looked at, and whoever comes too
        // much would wait unseen instead of being refused.
        tokio::task::yield_now().await;
        let gateway = &self.gateway;
        let now = Utc::now();
        let data = || RequestData::new(&gateway.pool, catalogue, gateway.base_currency, now);
        let operation = asked.operation_name.as_deref();
        let executing = crate::graphql::execute(&gateway.schema, &document, operation, variables, data);
        let began = Instant::now();
        let executed = tokio::select! {
            executed = timeout(self.limits.query_timeout, executing) => {
                executed.map_err(|_| Refusal::timeout())?
            }
            // Nothing that it waits for will come.
            () = gateway.catalogue.lost() => return Err(Refusal::unavailable()),
        };
        if executed.refused {
            return Err(Refusal::invalid(executed.body.into()));
        }
        let mut body = executed.body;
        if let Some(cost) = cost.filter(|_| asked.with_cost) {
            let told = json!({ "requested": cost, "limit": self.limits.max_query_cost }).to_string();
            body = with_extension(&body, false, "cost", &told);
        }
        let took = began.elapsed();
        Ok(Answer::new(body.into(), executed.complete, executed.unavailable).that_took(took))
    }
}
