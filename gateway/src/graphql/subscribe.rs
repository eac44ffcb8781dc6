//! Running an operation that is answered more than once.

use async_graphql::{
    Request, Response, Value as Constant, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use tokio::task::coop::unconstrained;

use super::{CatalogueSchema, document::Document, response};

/// What is told of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// An answer in GraphQL's JSON form.
    Next(Bytes),
    /// The operation was refused or has failed: a list of errors in JSON. Nothing follows.
    Failed(Bytes),
}

/// The one field at a subscription's root; `None`: it has more, or one of introspection, which the specification doesn't
/// want.
pub fn root_field<'d>(
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
) -> Option<&'d Field> {
    let mut sets: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    let mut spread = Vec::new();
    let mut fields: Vec<&Field> = Vec::new();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.name.node.starts_with("__") => return None,
                Selection::Field(field) => fields.push(&field.node),
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
    let first = *fields.first()?;
    let is_one = fields.iter().all(|field| field.response_key().node == first.response_key().node);
    is_one.then_some(first)
}

/// Whether a subscription begins with what happened before it was asked for: no other one is at its place.
pub fn goes_on(field: &Field, operation: &OperationDefinition, variables: &Variables) -> bool {
    let after = field.arguments.iter().find(|(name, _)| name.node == "after");
    match after.map(|(_, value)| &value.node) {
        None | Some(Value::Null) => false,
        Some(Value::Variable(name)) => {
            let default = || {
                let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
                definitions
                    .filter(|definition| definition.name.node == *name)
                    .find_map(|definition| definition.default_value.as_ref())
                    .is_some_and(|value| value.node != Constant::Null)
            };
            variables.get(name).map_or_else(default, |value| *value != Constant::Null)
        }
        Some(_) => true,
    }
}

/// Runs a subscription of a schema that was made by [`super::subscription_schema`].
pub fn subscribe(
    schema: &CatalogueSchema,
    document: &Document,
    mut request: Request,
) -> BoxStream<'static, Told> {
    let plan = document.plan(request.operation_name.as_deref()).cloned();
    request.set_parsed_query(document.parsed().clone());
    let responses = Some(schema.execute_stream(request));
    stream::unfold((responses, plan), async |(responses, plan)| {
        let mut responses = responses?;
        // As with queries: loaders gather keys for as long as resolvers can go on by themselves.
        let response = unconstrained(responses.next()).await?;
        if has_ended(&response) {
            let errors = response::errors(&response.errors).to_string();
            return Some((Told::Failed(errors.into()), (None, plan)));
        }
        let executed = response::write(plan.as_deref(), &response);
        if executed.unavailable {
            // Going on would leave a hole that nobody could find again: its cursor is in what couldn't be read.
            let errors = response::errors(&response.errors).to_string();
            return Some((Told::Failed(errors.into()), (None, plan)));
        }
        Some((Told::Next(executed.body.into()), (Some(responses), plan)))
    })
    .boxed()
}

/// Whether the subscription itself has failed, rather than something below one of its events.
fn has_ended(response: &Response) -> bool {
    response.data == Constant::Null && response.errors.iter().any(|error| error.path.len() < 2)
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
            assert_eq!(root_field(&document, &operation.node).is_some(), expected, "{query}");
        }
    }

    #[test]
    fn a_subscription_goes_on_from_where_its_variables_say() {
        let cases = [
            ("subscription { a }", "{}", false),
            ("subscription { a(after: null) }", "{}", false),
            ("subscription { a(after: \"x\") }", "{}", true),
            ("subscription($x: String) { a(after: $x) }", "{}", false),
            ("subscription($x: String) { a(after: $x) }", r#"{"x":null}"#, false),
            ("subscription($x: String) { ...f } fragment f on S { a(after: $x) }", r#"{"x":"y"}"#, true),
            ("subscription($x: String = \"y\") { a(after: $x) }", "{}", true),
            ("subscription($x: String = \"y\") { a(after: $x) }", r#"{"x":null}"#, false),
        ];
        for (query, variables, expected) in cases {
            let document = parse_query(query).unwrap();
            let (_, operation) = document.operations.iter().next().unwrap();
            let field = root_field(&document, &operation.node).unwrap();
            let variables = Variables::from_json(serde_json::from_str(variables).unwrap());
            assert_eq!(goes_on(field, &operation.node, &variables), expected, "{query} {variables:?}");
        }
    }
}
