//! What was asked, and the key of an answer: hashes of everything that the answer depends on.

use serde_json::Value;

use crate::catalogue::CatalogueState;

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question([u8; 32]);

impl Question {
    /// A request. `build` tells versions of the gateway apart whose answers may differ, settings included.
    pub fn of(build: &str, query: &str, operation: Option<&str>, variables: &Value) -> Self {
        let variables = canonical(variables);
        let parts = [build, query, operation.unwrap_or_default(), &variables];
        Self(hash(parts.into_iter().map(str::as_bytes)))
    }

    #[cfg(test)]
    pub(super) fn for_tests(number: u8) -> Self {
        Self([number; 32])
    }
}

/// A state of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StateHash([u8; 32]);

impl StateHash {
    /// Of a catalogue's id and version, and of the shops that have not been read soundly for too long.
    pub(crate) fn of(id: &str, version: i64, stale_shops: &[i16]) -> Self {
        let stale: Vec<u8> = stale_shops.iter().flat_map(|shop| shop.to_le_bytes()).collect();
        Self(hash([id.as_bytes(), &version.to_le_bytes(), &stale].into_iter()))
    }
}

/// The key of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    question: Question,
    state: StateHash,
}

impl Key {
    /// The key of what was asked under a state of the catalogue.
    pub fn of(question: &Question, catalogue: &CatalogueState) -> Self {
        Self { question: *question, state: catalogue.hash }
    }

    /// Both as one.
    pub(super) fn hash(&self) -> [u8; 32] {
        hash([&self.question.0[..], &self.state.0].into_iter())
    }

    /// Tells an entry of this key from anything else.
    pub(super) fn checksum(hash: &[u8; 32], body: &[u8]) -> [u8; 32] {
        *blake3::keyed_hash(hash, body).as_bytes()
    }

    #[cfg(test)]
    pub(super) fn for_tests(number: u8) -> Self {
        Self { question: Question::for_tests(number), state: StateHash([0; 32]) }
    }
}

/// Parts that are told apart from the same bytes cut otherwise.
fn hash<'p>(parts: impl Iterator<Item = &'p [u8]>) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    *hash.finalize().as_bytes()
}

/// JSON with the names of each object in order, without white space.
fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(values) => {
            text.push('[');
            for value in values {
                write(value, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            text.push('{');
            for name in names {
                text.push_str(&Value::String(name.clone()).to_string());
                text.push(':');
                write(&fields[name], text);
                text.push(',');
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_variables_have_one_form_however_they_are_written() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":{"c":[1,2],"d":null}}"#).unwrap();
        let same: Value = serde_json::from_str(r#"{ "b": {"d": null, "c": [1, 2]}, "a": 1 }"#).unwrap();
        assert_eq!(canonical(&one), canonical(&same));
    }

    #[test]
    fn different_variables_have_different_forms() {
        let values = [
            json!(null),
            json!({}),
            json!({"a": 1}),
            json!({"a": "1"}),
            json!({"a": [1, 2]}),
            json!({"a": [[1], 2]}),
            json!({"a": {"1": 2}}),
            json!({"a\":1,\"b": 1}),
        ];
        for (place, one) in values.iter().enumerate() {
            for other in &values[place + 1..] {
                assert_ne!(canonical(one), canonical(other));
            }
        }
    }
}
