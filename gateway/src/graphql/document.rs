//! A document that was parsed, with what is known of its operations before they are executed.

use std::sync::Arc;

use async_graphql::{
    Name,
    parser::{
        Error, parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition},
    },
};

use super::plan::Plan;

/// A parsed document.
#[derive(Debug)]
pub struct Document {
    parsed: ExecutableDocument,
    /// Of each operation, in no order.
    plans: Vec<(Option<Name>, Arc<Plan>)>,
}

impl Document {
    /// Parses a document that is known to be harmless: its fragments don't spread themselves.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self::of(text, parse_query(text)?))
    }

    /// A document whose fragments don't spread themselves, and that stands for a bearable number of fields.
    pub(crate) fn of(text: &str, parsed: ExecutableDocument) -> Self {
        let text = blake3::hash(text.as_bytes());
        let plan = |name: Option<&Name>, operation: &OperationDefinition| {
            (name.cloned(), Arc::new(Plan::of(&text, name, operation, &parsed)))
        };
        let plans = match &parsed.operations {
            DocumentOperations::Single(operation) => vec![plan(None, &operation.node)],
            DocumentOperations::Multiple(operations) => {
                operations.iter().map(|(name, operation)| plan(Some(name), &operation.node)).collect()
            }
        };
        Self { parsed, plans }
    }

    /// What was parsed.
    pub(crate) fn parsed(&self) -> &ExecutableDocument {
        &self.parsed
    }

    /// The plan of the operation that is executed under this name, or without one; `None`: there is no such operation.
    pub(super) fn plan(&self, operation: Option<&str>) -> Option<&Arc<Plan>> {
        match (&*self.plans, operation) {
            ([(_, plan)], None) => Some(plan),
            (plans, Some(operation)) => plans
                .iter()
                .find(|(name, _)| name.as_ref().is_none_or(|name| name == operation))
                .map(|(_, plan)| plan),
            _ => None,
        }
    }
}
