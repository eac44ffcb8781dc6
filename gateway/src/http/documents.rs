//! Documents that were parsed and checked, kept so that a document is parsed once, however often it is asked
//! with other variables or of another catalogue.

use std::sync::Arc;

use async_graphql::parser::{
    parse_query,
    types::{DocumentOperations, OperationDefinition, OperationType},
};
use quick_cache::{Weighter, sync::Cache};

use super::{limits::Limits, refusal::Refusal};
use crate::graphql::document::Document;

/// The most memory that kept documents take, about, in bytes.
const KEPT_BYTES: u64 = 16 * 1024 * 1024;
/// About how many there are in that memory.
const USUAL_COUNT: usize = 1000;
/// What a parsed document takes for each byte of its text, about.
const BYTES_FOR_EACH: usize = 48;

/// Documents that were parsed and checked.
#[derive(Clone, Debug)]
pub(super) struct Documents {
    kept: Arc<Cache<Arc<str>, Arc<Document>, BytesOfText>>,
    limits: Limits,
    introspection: bool,
}

/// How many bytes a document takes, about.
#[derive(Clone, Debug)]
struct BytesOfText;

impl Weighter<Arc<str>, Arc<Document>> for BytesOfText {
    fn weight(&self, text: &Arc<str>, _: &Arc<Document>) -> u64 {
        (text.len() * BYTES_FOR_EACH) as u64
    }
}

impl Documents {
    pub(super) fn new(limits: Limits, introspection: bool) -> Self {
        let kept = Cache::with_weighter(USUAL_COUNT, KEPT_BYTES, BytesOfText);
        Self { kept: Arc::new(kept), limits, introspection }
    }

    /// Parses and checks a document, unless that was done before. Whether it fits the schema is not checked.
    pub(super) fn read(&self, text: &Arc<str>) -> Result<Arc<Document>, Refusal> {
        if let Some(document) = self.kept.get(&**text) {
            return Ok(document);
        }
        self.limits.check_text(text)?;
        let parsed = parse_query(text).map_err(|error| Refusal::unreadable(&error))?;
        let checked = self.limits.check_document(&parsed)?;
        if checked.introspects && !self.introspection {
            return Err(Refusal::document(
                "INTROSPECTION_DISABLED",
                "The schema isn't told here: `__schema` and `__type` are switched off (INTROSPECTION=false).",
            ));
        }
        let document = Arc::new(Document::of(text, parsed));
        self.kept.insert(text.clone(), document.clone());
        Ok(document)
    }
}

/// The operation of a document that is to be executed; `None`: there is none of that name, or there are
/// several and none was named. Validation says so in its own words.
pub(super) fn operation<'d>(document: &'d Document, name: Option<&str>) -> Option<&'d OperationDefinition> {
    match (&document.parsed().operations, name) {
        (DocumentOperations::Single(operation), None) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().map(|operation| &operation.node)
        }
        _ => None,
    }
}

/// Refuses what can't be answered by one answer.
pub(super) fn check_single(operation: &OperationDefinition) -> Result<(), Refusal> {
    if operation.ty == OperationType::Subscription {
        return Err(Refusal::document(
            "SUBSCRIPTION_NEEDS_A_STREAM",
            "A subscription has many answers: ask with `Accept: text/event-stream`, or over a WebSocket by the \
             protocol `graphql-transport-ws`.",
        ));
    }
    Ok(())
}

/// Refuses what a GET must not ask for.
pub(super) fn check_safe(operation: &OperationDefinition) -> Result<(), Refusal> {
    match operation.ty {
        OperationType::Query => Ok(()),
        OperationType::Mutation | OperationType::Subscription => Err(Refusal::method_not_allowed(
            "A GET can only ask for a query: send mutations by POST.",
            "POST",
        )),
    }
}
