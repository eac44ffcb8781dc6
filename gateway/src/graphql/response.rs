//! Writing an answer as GraphQL's specification wants it: fields in the order of the query, and a field that
//! failed without being allowed to be null takes the nearest parent that is with it.
//!
//! async-graphql gives fields in the order in which their resolvers finished, and leaves out those that failed.

use std::sync::atomic::Ordering;

use async_graphql::{
    Name, PathSegment, Response, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};
use serde::Serialize;
use serde_json::json;

use super::{
    Executed,
    errors::UNAVAILABLE,
    plan::{Expected, Plan},
};

/// The most problems of one request that are told.
const MOST_PROBLEMS: usize = 10;
/// The longest message that is told, in characters.
const LONGEST_MESSAGE: usize = 500;

/// The root has no type here, and is one.
fn is_object(of: Option<&Type>) -> bool {
    of.is_none_or(|of| matches!(of.base, BaseType::Named(_)))
}

/// A value is missing that may not be null: the parent has to be.
struct Missing;

/// Writes values to JSON.
struct Write<'r> {
    json: Vec<u8>,
    errors: &'r [ServerError],
    path: Vec<PathSegment>,
}

impl Write<'_> {
    fn scalar(&mut self, value: &impl Serialize) {
        // Writing to memory doesn't fail, and these values have a JSON form.
        if serde_json::to_writer(&mut self.json, value).is_err() {
            self.json.extend_from_slice(b"null");
        }
    }

    /// Writes a value or `null`, or nothing at all if it may be neither.
    fn value(
        &mut self,
        value: Option<&Value>,
        of: Option<&Type>,
        fields: &[Expected],
    ) -> Result<(), Missing> {
        let begin = self.json.len();
        let written = match value {
            // Every field of an object failed: async-graphql has no object then.
            None | Some(Value::Null) if !fields.is_empty() && is_object(of) && self.failed_below() => {
                self.object(&IndexMap::new(), fields)
            }
            None | Some(Value::Null) => Err(Missing),
            Some(Value::List(values)) => self.list(values, of, fields),
            Some(Value::Object(object)) if !fields.is_empty() => self.object(object, fields),
            // An object that was written before, or a list of them.
            Some(Value::Binary(json)) if !fields.is_empty() => {
                self.json.extend_from_slice(json);
                Ok(())
            }
            Some(other) => {
                self.scalar(other);
                Ok(())
            }
        };
        if written.is_ok() {
            return Ok(());
        }
        self.json.truncate(begin);
        if of.is_some_and(|of| !of.nullable) {
            return Err(Missing);
        }
        self.json.extend_from_slice(b"null");
        Ok(())
    }

    fn list(&mut self, values: &[Value], of: Option<&Type>, fields: &[Expected]) -> Result<(), Missing> {
        let inner = of.and_then(|of| match &of.base {
            BaseType::List(inner) => Some(&**inner),
            BaseType::Named(_) => None,
        });
        self.json.push(b'[');
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                self.json.push(b',');
            }
            self.within(|| PathSegment::Index(place), |this| this.value(Some(value), inner, fields))?;
        }
        self.json.push(b']');
        Ok(())
    }

    fn object(&mut self, object: &IndexMap<Name, Value>, fields: &[Expected]) -> Result<(), Missing> {
        self.json.push(b'{');
        let mut first = true;
        for field in fields {
            let value = object.get(&field.key);
            if value.is_none() && !self.failed(&field.key) {
                // Left out by a directive, or of another type than this object is.
                continue;
            }
            if !first {
                self.json.push(b',');
            }
            first = false;
            self.json.extend_from_slice(&field.key_json);
            self.within(
                || PathSegment::Field(field.key.to_string()),
                |this| this.value(value, field.field_type, &field.fields),
            )?;
        }
        self.json.push(b'}');
        Ok(())
    }

    /// The path is only needed where something failed.
    fn within<T>(&mut self, segment: impl FnOnce() -> PathSegment, write: impl FnOnce(&mut Self) -> T) -> T {
        if self.errors.is_empty() {
            return write(self);
        }
        self.path.push(segment());
        let written = write(self);
        self.path.pop();
        written
    }

    /// Whether a field of the current object failed, or something below it.
    fn failed(&self, key: &Name) -> bool {
        self.errors.iter().any(|error| {
            error.path.starts_with(&self.path)
                && matches!(error.path.get(self.path.len()), Some(PathSegment::Field(next)) if next == key.as_str())
        })
    }

    /// Whether something below the current place failed.
    fn failed_below(&self) -> bool {
        self.errors
            .iter()
            .any(|error| error.path.len() > self.path.len() && error.path.starts_with(&self.path))
    }
}

/// An object without errors, written as it will stand in an answer; `None`: it can't be.
pub(super) fn object(value: &Value, fields: &[Expected]) -> Option<Vec<u8>> {
    let Value::Object(object) = value else { return None };
    let mut write = Write { json: Vec::with_capacity(512), errors: &[], path: Vec::new() };
    write.object(object, fields).ok()?;
    Some(write.json)
}

/// Writes a response. `plan` is the operation's, if there is one.
pub(super) fn write(plan: Option<&Plan>, response: &Response) -> Executed {
    let usual_bytes = plan.map_or(0, |plan| plan.usual_bytes.load(Ordering::Relaxed));
    let mut body = Vec::with_capacity(usual_bytes + usual_bytes / 8 + 256);
    body.extend_from_slice(b"{\"data\":");
    let (mut body, refused) = match plan.and_then(|plan| data(plan, response, body)) {
        Some(body) => (body, false),
        None => (b"{".to_vec(), true),
    };
    let complete = response.errors.is_empty();
    if !complete || refused {
        if body.len() > 1 {
            body.push(b',');
        }
        body.extend_from_slice(b"\"errors\":");
        // What is wrong with a request is told as far as it helps; what failed is told whole.
        let told = if refused { MOST_PROBLEMS.min(response.errors.len()) } else { response.errors.len() };
        body.extend_from_slice(errors(&response.errors[..told]).to_string().as_bytes());
    }
    body.push(b'}');
    if let Some(plan) = plan {
        plan.usual_bytes.store(body.len(), Ordering::Relaxed);
    }
    Executed { body, complete, unavailable: response.errors.iter().any(is_for_want_of_a_store), refused }
}

/// Messages quote what was sent, which may be long.
fn cut(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
}

fn is_for_want_of_a_store(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    matches!(code, Some(Value::String(code)) if code == UNAVAILABLE)
}

/// Errors with a code each.
pub(super) fn errors(errors: &[ServerError]) -> serde_json::Value {
    let mut errors = serde_json::to_value(errors).unwrap_or_default();
    for error in errors.as_array_mut().into_iter().flatten() {
        if let Some(serde_json::Value::String(message)) = error.get_mut("message") {
            cut(message);
        }
        let extensions =
            error.as_object_mut().map(|error| error.entry("extensions").or_insert_with(|| json!({})));
        if let Some(extensions) = extensions.and_then(serde_json::Value::as_object_mut) {
            extensions.entry("code").or_insert_with(|| "GRAPHQL_VALIDATION_FAILED".into());
        }
    }
    errors
}

/// Writes the data of a response behind what `json` holds; `None` if it was never executed.
fn data(plan: &Plan, response: &Response, json: Vec<u8>) -> Option<Vec<u8>> {
    let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    if !executed {
        return None;
    }
    let mut write = Write { json, errors: &response.errors, path: Vec::new() };
    // The data itself may be null, so nothing is missing here.
    write.value(Some(&response.data), None, &plan.fields).ok()?;
    Some(write.json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::Pos;

    use crate::graphql::document::Document;

    fn write(query: &str, data: serde_json::Value, failed: &[&[&str]]) -> String {
        let mut response = Response::new(Value::from_json(data).unwrap());
        response.errors = failed
            .iter()
            .map(|path| {
                let mut error = ServerError::new("failed", Some(Pos::default()));
                error.path = path
                    .iter()
                    .map(|part| {
                        part.parse()
                            .map_or_else(|_| PathSegment::Field((*part).to_owned()), PathSegment::Index)
                    })
                    .collect();
                error
            })
            .collect();
        let document = Document::parse(query).unwrap();
        let written = super::data(document.plan(None).unwrap(), &response, Vec::new());
        written.map_or_else(|| "not executed".to_owned(), |json| String::from_utf8(json).unwrap())
    }

    #[test]
    fn fields_stand_in_the_order_of_the_query() {
        let query =
            "query { b: shops { name id ...f } a: brands { id } } fragment f on Shop { slug name healthy }";
        let data = json!({ "a": [], "b": [{ "slug": "s", "healthy": true, "id": "1", "name": "n" }] });
        assert_eq!(
            write(query, data, &[]),
            r#"{"b":[{"name":"n","id":"1","slug":"s","healthy":true}],"a":[]}"#
        );
    }

    #[test]
    fn what_failed_takes_the_nearest_parent_with_it_that_may_be_null() {
        type Case = (&'static str, serde_json::Value, &'static [&'static [&'static str]], &'static str);
        let cases: &[Case] = &[
            // videoCards may not be null: the data is.
            (
                "{ shops { id } videoCards { totalCount nodes { id } } }",
                json!({ "shops": [], "videoCards": { "totalCount": 1 } }),
                &[&["videoCards", "nodes"]],
                "null",
            ),
            ("{ videoCards { totalCount } }", json!(null), &[&["videoCards", "totalCount"]], "null"),
            // node may be null.
            (
                "{ shops { id } node(id: 1) { id ... on VideoCard { offers { id } } } }",
                json!({ "shops": [], "node": { "id": "1" } }),
                &[&["node", "offers"]],
                r#"{"shops":[],"node":null}"#,
            ),
            // brand may be null.
            (
                "{ videoCard(by: {id: 1}) { brand { id } id } }",
                json!({ "videoCard": { "id": "1" } }),
                &[&["videoCard", "brand"]],
                r#"{"videoCard":{"brand":null,"id":"1"}}"#,
            ),
            // Nothing but what failed was asked for.
            (
                "{ videoCard(by: {id: 1}) { brand { id } } }",
                json!({ "videoCard": null }),
                &[&["videoCard", "brand"]],
                r#"{"videoCard":{"brand":null}}"#,
            ),
            // An item of nodes may be null, an item of videoCards' nodes may not.
            (
                "{ nodes(ids: [1, 2]) { ... on Shop { listingCount } ... on Brand { slug } } }",
                json!({ "nodes": [{ "slug": "x" }, {}] }),
                &[&["nodes", "1", "listingCount"]],
                r#"{"nodes":[{"slug":"x"},null]}"#,
            ),
            // What is left out by a directive did not fail.
            (
                "{ shops { id name @skip(if: true) } }",
                json!({ "shops": [{ "id": "1" }] }),
                &[],
                r#"{"shops":[{"id":"1"}]}"#,
            ),
        ];
        for (query, data, failed, expected) in cases {
            assert_eq!(write(query, data.clone(), failed), *expected, "{query}");
        }
    }

    #[test]
    fn a_request_that_was_refused_has_no_data() {
        let document = Document::parse("{ nothing }").unwrap();
        let response = Response::from_errors(vec![ServerError::new("no such field", None)]);
        assert_eq!(data(document.plan(None).unwrap(), &response, Vec::new()), None);
    }
}
