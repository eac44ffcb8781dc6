//! Running an operation that is answered more than once.

use async_graphql::{
    Request, Response, Value,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use tokio::task::coop::unconstrained;

use super::{CatalogueSchema, response};

/// What is told of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An answer in GraphQL's JSON form.
    Next(Bytes),
    /// The operation was refused or has failed: a list of errors in JSON. Nothing follows.
    Failed(Bytes),
}

/// Whether a subscription has one field at its root, and that is none of introspection: the specification wants no more.
pub fn has_one_root_field(document: &ExecutableDocument, operation: &OperationDefinition) -> bool {
    let mut sets: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    let mut spread = Vec::new();
    let mut keys = Vec::new();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.name.node.starts_with("__") => return false,
                Selection::Field(field) => keys.push(&field.node.response_key().node),
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && !spread.contains(&name)
                    {
                        spread.push(name);
                        sets.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    keys.dedup();
    keys.len() == 1
}

/// Runs a subscription of a schema that was made by [`super::subscription_schema`].
pub fn subscribe(schema: &CatalogueSchema, mut request: Request) -> BoxStream<'static, Told> {
    let document = request.parsed_query().ok().cloned();
    let operation = request.operation_name.clone();
    let responses = Some(schema.execute_stream(request));
    stream::unfold((responses, document, operation), async |(responses, document, operation)| {
        let mut responses = responses?;
        // As with queries: loaders gather keys for as long as resolvers can go on by themselves.
        let response = unconstrained(responses.next()).await?;
        if has_ended(&response) {
            let errors = response::errors(&response.errors).to_string();
            return Some((Told::Failed(errors.into()), (None, document, operation)));
        }
        let executed = response::write(document.as_ref(), operation.as_deref(), &response);
        Some((Told::Next(executed.body.into()), (Some(responses), document, operation)))
    })
    .boxed()
}

/// Whether the subscription itself has failed, rather than something below one of its events.
fn has_ended(response: &Response) -> bool {
    response.data == Value::Null && response.errors.iter().any(|error| error.path.len() < 2)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn a_subscription_has_one_field_at_its_root() {
        let cases = [
            ("subscription { a { b c } }", true),
            ("subscription { a { b } a { c } }", true),
            ("subscription { ...f } fragment f on Subscription { a }", true),
            ("subscription { a b }", false),
            ("subscription { a ...f } fragment f on Subscription { b }", false),
            ("subscription { ... on Subscription { a } b }", false),
            ("subscription { __typename }", false),
            ("subscription { ...f } fragment f on Subscription { ...f }", false),
        ];
        for (query, expected) in cases {
            let document = parse_query(query).unwrap();
            let (_, operation) = document.operations.iter().next().unwrap();
            assert_eq!(has_one_root_field(&document, &operation.node), expected, "{query}");
        }
    }
}
