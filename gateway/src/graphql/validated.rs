//! Which requests fit the schema, as is known from one like them: validation goes through the whole document each time, and
//! costs more than most answers.
//!
//! Whether a document fits the schema stays as it is. Beyond that, validation looks at the values of variables, and what it
//! looks at is of which kind they are: whether text stands where text does, which fields an object has, and which names
//! stand where a word of an enum does. Requests that are equal in this are valid together.

use std::{
    collections::{HashMap, HashSet},
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{
    Name, Value, Variables,
    parser::{
        parse_schema,
        types::{BaseType, OperationDefinition, Type, TypeKind, TypeSystemDefinition},
    },
};

/// The most kinds of requests that are remembered of one operation.
const MOST_KINDS: usize = 64;

/// Of which kinds the variables of a request are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kinds([u8; 32]);

/// Which requests for one operation are known to be valid.
#[derive(Debug)]
pub(super) struct Validated {
    variables: Vec<(Name, Type)>,
    known: Mutex<HashSet<Kinds>>,
}

impl Validated {
    /// None yet.
    pub(super) fn of(operation: &OperationDefinition) -> Self {
        let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
        let variables = definitions.map(|of| (of.name.node.clone(), of.var_type.node.clone()));
        Self { variables: variables.collect(), known: Mutex::default() }
    }

    /// Of which kinds a request's variables are.
    pub(super) fn kinds(&self, given: &Variables) -> Kinds {
        let mut hash = blake3::Hasher::new();
        for (name, of) in &self.variables {
            match given.get(name) {
                Some(value) => kind(value, Some(of), &mut hash),
                None => mark(b'-', &mut hash),
            }
        }
        Kinds(*hash.finalize().as_bytes())
    }

    /// Whether a request like this one was valid.
    pub(super) fn knows(&self, kinds: Kinds) -> bool {
        self.known().contains(&kinds)
    }

    /// A request was valid.
    pub(super) fn remember(&self, kinds: Kinds) {
        let mut known = self.known();
        if known.len() < MOST_KINDS {
            known.insert(kinds);
        }
    }

    fn known(&self) -> MutexGuard<'_, HashSet<Kinds>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is given for a variable or a field of one.
enum Given {
    /// Text, numbers and truths: validation looks at their kind alone.
    Scalar,
    /// An object with fields of these types.
    Object(HashMap<Name, Type>),
}

/// The types of what is given, but for enums: of those each word counts.
static GIVEN: LazyLock<HashMap<Name, Given>> = LazyLock::new(|| {
    let definitions = parse_schema(super::sdl()).map(|document| document.definitions).unwrap_or_default();
    let mut types: HashMap<Name, Given> =
        ["Boolean", "Float", "ID", "Int", "String"].map(|name| (Name::new(name), Given::Scalar)).into();
    for definition in definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let given = match definition.node.kind {
            TypeKind::Scalar => Given::Scalar,
            TypeKind::InputObject(object) => {
                let fields = object.fields.into_iter().map(|field| field.node);
                Given::Object(fields.map(|field| (field.name.node, field.ty.node)).collect())
            }
            _ => continue,
        };
        types.insert(definition.node.name.node, given);
    }
    types
});

/// Adds of which kind a value is; `None`: of what type it should be isn't known, so all of it counts.
fn kind(value: &Value, of: Option<&Type>, hash: &mut blake3::Hasher) {
    let named = of.and_then(|of| match &of.base {
        BaseType::Named(name) => GIVEN.get(name),
        BaseType::List(_) => None,
    });
    match (value, of.map(|of| &of.base), named) {
        (Value::Null, ..) => mark(b'0', hash),
        (Value::List(values), Some(BaseType::List(inner)), _) => {
            mark(b'[', hash);
            for value in values {
                kind(value, Some(inner), hash);
            }
            mark(b']', hash);
        }
        // One that stands for a list of one.
        (value, Some(BaseType::List(inner)), _) => {
            mark(b'1', hash);
            kind(value, Some(inner), hash);
        }
        (Value::Object(given), _, Some(Given::Object(fields))) => {
            mark(b'{', hash);
            for (name, value) in given {
                text(name, hash);
                kind(value, fields.get(name), hash);
            }
            mark(b'}', hash);
        }
        (Value::String(_), _, Some(Given::Scalar)) => mark(b's', hash),
        (Value::Boolean(_), _, Some(Given::Scalar)) => mark(b'b', hash),
        (Value::Number(number), _, Some(Given::Scalar)) => {
            let fits = number.as_i64().is_some_and(|number| i32::try_from(number).is_ok());
            mark(if fits { b'i' } else { b'n' }, hash);
            if !fits {
                text(&number.to_string(), hash);
            }
        }
        (other, ..) => {
            mark(b'=', hash);
            text(&other.to_string(), hash);
        }
    }
}

fn mark(mark: u8, hash: &mut blake3::Hasher) {
    hash.update(&[mark]);
}

fn text(text: &str, hash: &mut blake3::Hasher) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::DocumentOperations};
    use serde_json::{Value as Json, json};

    use super::*;

    fn kinds(definitions: &str, variables: Json) -> Kinds {
        let document = parse_query(format!("query({definitions}) {{ a }}")).unwrap();
        let DocumentOperations::Single(operation) = document.operations else { unreachable!() };
        Validated::of(&operation.node).kinds(&Variables::from_json(variables))
    }

    #[test]
    fn requests_are_of_one_kind_where_validation_cant_tell_them_apart() {
        let filter = "$f: VideoCardFilter";
        let alike: [(&str, Json, Json); 6] = [
            ("$a: String", json!({ "a": "x" }), json!({ "a": "y" })),
            ("$a: Decimal!", json!({ "a": "1.00" }), json!({ "a": "none" })),
            ("$a: Int", json!({ "a": 1, "b": [1] }), json!({ "a": -7 })),
            ("$a: [ID!]", json!({ "a": ["x", "y"] }), json!({ "a": ["z", "x"] })),
            (filter, json!({ "f": { "brands": ["a"] } }), json!({ "f": { "brands": ["b"] } })),
            (
                filter,
                json!({ "f": { "and": [{ "price": { "min": "1" } }] } }),
                json!({ "f": { "and": [{ "price": { "min": "2" } }] } }),
            ),
        ];
        for (definitions, one, other) in alike {
            assert_eq!(kinds(definitions, one.clone()), kinds(definitions, other.clone()), "{one} {other}");
        }
        let different: [(&str, Json, Json); 11] = [
            ("$a: String", json!({ "a": "x" }), json!({ "a": 1 })),
            ("$a: String", json!({ "a": null }), json!({})),
            ("$a: String", json!({ "a": "x" }), json!({ "a": ["x"] })),
            ("$a: Int", json!({ "a": 1 }), json!({ "a": 1.5 })),
            ("$a: Int", json!({ "a": 1 }), json!({ "a": 3_000_000_000_i64 })),
            ("$a: [Int]", json!({ "a": [1] }), json!({ "a": ["1"] })),
            ("$a: [Int!]", json!({ "a": [1] }), json!({ "a": [null] })),
            ("$a: VideoCardSort", json!({ "a": "PRICE_ASC" }), json!({ "a": "PRICE" })),
            (filter, json!({ "f": { "brands": ["a"] } }), json!({ "f": { "brand": ["a"] } })),
            (
                filter,
                json!({ "f": { "availability": ["IN_STOCK"] } }),
                json!({ "f": { "availability": ["GONE"] } }),
            ),
            ("$a: None", json!({ "a": "x" }), json!({ "a": "y" })),
        ];
        for (definitions, one, other) in different {
            assert_ne!(kinds(definitions, one.clone()), kinds(definitions, other.clone()), "{one} {other}");
        }
    }
}
