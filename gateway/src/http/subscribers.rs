//! Clients that stay: how many there may be, what runs for them, and how they end.

use std::{
    future::{Future, ready},
    sync::Arc,
};

use async_graphql::{
    Request, Variables,
    parser::types::{OperationDefinition, OperationType},
};
use futures::stream::{self, BoxStream, StreamExt};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};
use tracing::{Instrument, Span};

use super::{asked::Asked, documents, graphql::GraphQl, refusal::Refusal, shared::Shared, traced};
use crate::{
    answers::Question,
    changes::{Changes, Hearing},
    graphql::{
        CatalogueSchema,
        document::Document,
        fresh::FreshData,
        subscribe::{Told, goes_on, root_field, subscribe},
        subscription_schema,
    },
    measures,
};

/// What clients that stay need.
#[derive(Clone)]
pub struct Subscribers {
    schema: CatalogueSchema,
    fresh: FreshData,
    changes: Changes,
    /// What runs, by what it asks.
    shared: Shared,
    /// Places for sockets and event streams.
    places: Arc<Semaphore>,
    /// Places for what runs on them: a socket carries several subscriptions.
    running: Arc<Semaphore>,
    stop: CancellationToken,
    staying: TaskTracker,
}

/// A client's place; given back when it is dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    /// The gateway waits for it when it stops.
    _staying: TaskTrackerToken,
}

impl Subscribers {
    /// For `most` sockets and event streams at once, and as many subscriptions on them, until `stop`.
    pub fn new(fresh: FreshData, changes: Changes, most: usize, stop: CancellationToken) -> Self {
        Self {
            schema: subscription_schema(fresh.clone()),
            fresh,
            changes,
            shared: Shared::default(),
            places: Arc::new(Semaphore::new(most)),
            running: Arc::new(Semaphore::new(most)),
            stop,
            staying: TaskTracker::new(),
        }
    }

    /// Waits until all clients were told that the gateway stops.
    pub fn gone(&self) -> impl Future<Output = ()> + use<> {
        let staying = self.staying.clone();
        staying.close();
        async move { staying.wait().await }
    }

    pub(super) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// A place for a client.
    pub(super) fn place(&self) -> Result<Place, Refusal> {
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Refusal::no_place())?;
        Ok(Place { _permit: permit, _staying: self.staying.token() })
    }
}

/// Runs an operation: a subscription until its end, anything else once. Whatever holds for a request over HTTP holds
/// here: its limits, what it costs, which documents are answered.
/// `span` is the operation's, until it has begun.
pub(super) fn begin(graphql: &Arc<GraphQl>, asked: Asked, span: Span) -> BoxStream<'static, Told> {
    let graphql = Arc::clone(graphql);
    // From the moment on in which it was asked for, however long it takes to begin.
    let hearing = graphql.gateway.subscribers.changes.hear();
    // On the heap and for as long as it takes: what follows may stay for hours.
    stream::once(Box::pin(async move {
        match Box::pin(graphql.begin(asked, hearing)).instrument(span).await {
            Ok(told) => told,
            Err(refusal) => stream::once(ready(Told::Failed(refusal.errors()))).boxed(),
        }
    }))
    .flatten()
    .inspect(|told| {
        if let Told::Failed(errors) = told {
            measures::failure_told(errors);
        }
    })
    .boxed()
}

impl GraphQl {
    async fn begin(
        self: &Arc<Self>,
        mut asked: Asked,
        hearing: Hearing,
    ) -> Result<BoxStream<'static, Told>, Refusal> {
        let text = self.gateway.persisted.text(&mut asked, &self.documents).await?;
        let document = self.documents.read(&text)?;
        match documents::operation(&document, asked.operation_name.as_deref()) {
            Some(operation) if operation.ty == OperationType::Subscription => {
                self.subscribe(&text, &document, operation, asked, hearing)
            }
            _ => {
                let question = self.question(&text, &asked);
                let answered = Box::pin(self.answer_text(&text, question, asked)).await;
                traced::answered(&Span::current(), answered.as_ref().ok().map(|answer| answer.origin));
                let answer = answered?;
                if !answer.complete {
                    measures::errors_told(&answer.body);
                }
                Ok(stream::once(ready(Told::Next(answer.body))).boxed())
            }
        }
    }

    fn subscribe(
        &self,
        text: &str,
        document: &Arc<Document>,
        operation: &OperationDefinition,
        asked: Asked,
        hearing: Hearing,
    ) -> Result<BoxStream<'static, Told>, Refusal> {
        let Some(field) = root_field(document.parsed(), operation) else {
            return Err(Refusal::document(
                "GRAPHQL_VALIDATION_FAILED",
                "A subscription has exactly one field at its root, and none of introspection.",
            ));
        };
        let question = Question::of(
            "subscription",
            text,
            asked.operation_name.as_deref(),
            asked.variables.as_ref().unwrap_or(&Value::Null),
        );
        let variables = asked.variables.map(Variables::from_json).unwrap_or_default();
        self.limits.check_operation(&self.prices, document.parsed(), operation, &variables)?;
        let subscribers = &self.gateway.subscribers;
        let permit = Arc::clone(&subscribers.running).try_acquire_owned().map_err(|_| {
            Refusal::document(
                "TOO_MANY_SUBSCRIPTIONS",
                "There are as many subscriptions as this gateway takes. Try again in a few seconds.",
            )
        })?;
        let alone = goes_on(field, operation, &variables);
        let begin = || {
            let mut request =
                Request::new(text).variables(variables).data(hearing).data(subscribers.fresh.now());
            request.operation_name = asked.operation_name;
            subscribe(&subscribers.schema, document, request)
        };
        let told = if alone { begin() } else { subscribers.shared.join(question, begin) };
        Ok(told
            .map(move |told| {
                let _held = &permit;
                told
            })
            .boxed())
    }
}
