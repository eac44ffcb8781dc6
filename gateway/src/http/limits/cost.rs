//! What an operation costs: how many objects its answer may have, and something on top for fields that take
//! more work than their objects tell. Scalars are free.
//!
//! A list multiplies what is selected in it: by the page size where it has one, by what the schema's lists
//! usually hold where it has none. The rules are read from the schema, so a new field has its price at once.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value as Constant, Variables,
    parser::{
        parse_schema,
        types::{
            BaseType, ExecutableDocument, Field, FieldDefinition, FragmentDefinition, OperationDefinition,
            OperationType, Selection, SelectionSet, TypeKind, TypeSystemDefinition,
        },
    },
};
use async_graphql_value::Value;

use crate::graphql::connection::LARGEST_PAGE;

/// Arguments that say how much a list has, by a number or by the length of a list.
const SIZE_ARGUMENTS: [&str; 4] = ["first", "last", "buckets", "ids"];
/// Lists that have as many values as the arguments of the field above them say.
const SIZED_FROM_ABOVE: [&str; 4] = ["edges", "nodes", "cards", "buckets"];
/// How many values other lists are taken to have.
const USUAL_LENGTH: u64 = 5;
/// The same, where it is known better.
const LENGTHS: [(&str, &str, u64); 11] = [
    ("PriceHistory", "points", 50),
    ("Query", "brands", 40),
    ("Query", "shops", 2),
    ("Query", "technologies", 40),
    ("VideoCard", "sources", 20),
    ("VideoCard", "technologies", 10),
    ("VideoCard", "technologyVersions", 10),
    ("__Field", "args", 1),
    ("__Schema", "types", 60),
    ("__Type", "fields", 10),
    ("__Type", "interfaces", 1),
];
/// How many values a page has where the client doesn't say.
const USUAL_PAGE: u64 = 20;
/// What these cost beyond their objects.
const EXTRA: [(&str, &str, u64); 4] = [
    ("VideoCard", "priceHistory", 5),
    ("VideoCardConnection", "facets", 50),
    ("VideoCardConnection", "priceStats", 20),
    ("VideoCardConnection", "totalCount", 5),
];
/// What introspection has beyond the schema's own types: those of its fields that have selections.
const INTROSPECTION: &str = "
    type __Schema { types: [__Type] queryType: __Type mutationType: __Type subscriptionType: __Type
        directives: [__Directive] }
    type __Type { fields: [__Field] interfaces: [__Type] possibleTypes: [__Type] enumValues: [__EnumValue]
        inputFields: [__InputValue] ofType: __Type }
    type __Field { args: [__InputValue] type: __Type }
    type __InputValue { type: __Type }
    type __EnumValue { name: String }
    type __Directive { args: [__InputValue] }";

/// What each field costs.
#[derive(Debug)]
pub(in crate::http) struct Prices {
    types: HashMap<Name, HashMap<Name, Price>>,
    roots: [(OperationType, Name); 3],
}

/// What a field costs.
#[derive(Debug)]
struct Price {
    /// The type of its values, lists aside.
    of: Name,
    list: bool,
    extra: u64,
    /// How many values a list has that nothing says more of.
    length: u64,
    /// How many values the list, or the lists below, have where the arguments don't say; `None`: no argument
    /// says.
    page: Option<u64>,
}

impl Prices {
    /// Reads the prices from a schema in its definition language.
    fn of_schema(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let mut prices = Self {
            types: HashMap::new(),
            roots: [
                (OperationType::Query, Name::new("Query")),
                (OperationType::Mutation, Name::new("Mutation")),
                (OperationType::Subscription, Name::new("Subscription")),
            ],
        };
        for text in [sdl, INTROSPECTION] {
            for definition in parse_schema(text)?.definitions {
                let TypeSystemDefinition::Type(definition) = definition else { continue };
                let name = definition.node.name.node;
                let fields = match definition.node.kind {
                    TypeKind::Object(object) => object.fields,
                    TypeKind::Interface(interface) => interface.fields,
                    _ => continue,
                };
                let fields = fields.into_iter().map(|field| Price::of_field(&name, field.node)).collect();
                prices.types.insert(name, fields);
            }
        }
        let query = Name::new("Query");
        let introspecting = |field, of: &str| (Name::new(field), Price::plain(Name::new(of)));
        prices
            .types
            .entry(query)
            .or_default()
            .extend([introspecting("__schema", "__Schema"), introspecting("__type", "__Type")]);
        Ok(prices)
    }

    /// The prices of the schema that is served.
    pub(in crate::http) fn of_served_schema() -> Self {
        // async-graphql reads what it writes itself; a test holds it to that.
        Self::of_schema(&crate::graphql::sdl()).unwrap_or_else(|error| unreachable!("{error}"))
    }

    /// What an operation costs. Its fragments don't spread themselves, and have a bearable number of fields.
    pub(in crate::http) fn of(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> u64 {
        let reckoning = Reckoning { prices: self, fragments: &document.fragments, operation, variables };
        let root = self.roots.iter().find(|(kind, _)| *kind == operation.ty).map(|(_, name)| name);
        root.map_or(0, |root| reckoning.set(&operation.selection_set.node, root, None))
    }
}

impl Price {
    fn plain(of: Name) -> Self {
        Self { of, list: false, extra: 0, length: USUAL_LENGTH, page: None }
    }

    fn of_field(parent: &Name, field: FieldDefinition) -> (Name, Self) {
        let name = field.name.node;
        let known = |table: &[(&str, &str, u64)]| {
            table.iter().find(|(of, field, _)| *of == parent && *field == name).map(|(_, _, number)| *number)
        };
        let sizes = field
            .arguments
            .iter()
            .map(|argument| &argument.node)
            .filter(|argument| SIZE_ARGUMENTS.contains(&argument.name.node.as_str()));
        let page = sizes
            .map(|argument| {
                argument.default_value.as_ref().and_then(|value| size(&value.node)).unwrap_or(USUAL_PAGE)
            })
            .max();
        let (mut base, mut list) = (field.ty.node.base, false);
        let of = loop {
            match base {
                BaseType::Named(of) => break of,
                BaseType::List(inner) => (base, list) = (inner.base, true),
            }
        };
        let price = Self {
            of,
            list,
            extra: known(&EXTRA).unwrap_or(0),
            length: known(&LENGTHS).unwrap_or(USUAL_LENGTH),
            page,
        };
        (name, price)
    }
}

/// The reckoning for one operation.
struct Reckoning<'q> {
    prices: &'q Prices,
    fragments: &'q HashMap<Name, Positioned<FragmentDefinition>>,
    operation: &'q OperationDefinition,
    variables: &'q Variables,
}

impl Reckoning<'_> {
    /// `from_above`: the size that the arguments of the field above say.
    fn set(&self, set: &SelectionSet, parent: &Name, from_above: Option<u64>) -> u64 {
        let cost = |selection: &Positioned<Selection>| match &selection.node {
            Selection::Field(field) => self.field(&field.node, parent, from_above),
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let parent = condition.map_or(parent, |condition| &condition.node.on.node);
                self.set(&fragment.node.selection_set.node, parent, from_above)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| {
                    let parent = &fragment.node.type_condition.node.on.node;
                    self.set(&fragment.node.selection_set.node, parent, from_above)
                })
            }
        };
        set.items.iter().map(cost).fold(0, u64::saturating_add)
    }

    fn field(&self, field: &Field, parent: &Name, from_above: Option<u64>) -> u64 {
        // What the schema doesn't know is refused by validation.
        let Some(price) = self.prices.types.get(parent).and_then(|fields| fields.get(&field.name.node))
        else {
            return 0;
        };
        if field.selection_set.node.items.is_empty() {
            return price.extra;
        }
        let said = price.page.map(|usual| self.said(field).unwrap_or(usual));
        let (times, below) = if price.list {
            let inherited = from_above.filter(|_| SIZED_FROM_ABOVE.contains(&field.name.node.as_str()));
            (said.or(inherited).unwrap_or(price.length), None)
        } else {
            (1, said)
        };
        // The schema is at hand: only its lists cost something.
        let own = u64::from(price.list || !price.of.starts_with("__"));
        let one = self.set(&field.selection_set.node, &price.of, below).saturating_add(own);
        times.saturating_mul(one).saturating_add(price.extra)
    }

    /// The size that a field's arguments say. A resolver refuses what is beyond the largest page.
    fn said(&self, field: &Field) -> Option<u64> {
        let sizes = field
            .arguments
            .iter()
            .filter(|(name, _)| SIZE_ARGUMENTS.contains(&name.node.as_str()))
            .filter_map(|(_, value)| match &value.node {
                Value::Variable(name) => self.variable(name).and_then(size),
                Value::Number(number) => Some(number.as_u64().unwrap_or(0)),
                Value::List(values) => Some(values.len() as u64),
                _ => None,
            });
        sizes.max().map(|size| size.min(LARGEST_PAGE.unsigned_abs().into()))
    }

    fn variable(&self, name: &Name) -> Option<&Constant> {
        self.variables.get(name).or_else(|| {
            let mut definitions = self.operation.variable_definitions.iter();
            let definition = definitions.find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        })
    }
}

fn size(value: &Constant) -> Option<u64> {
    match value {
        Constant::Number(number) => Some(number.as_u64().unwrap_or(0)),
        Constant::List(values) => Some(values.len() as u64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn cost(query: &str, variables: serde_json::Value) -> u64 {
        let prices = Prices::of_served_schema();
        let document = parse_query(query).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        prices.of(&document, &operation.node, &Variables::from_json(variables))
    }

    #[test]
    fn a_query_costs_as_many_objects_as_its_answer_may_have() {
        let cases = [
            ("{ __typename }", 0),
            ("{ shops { id name } }", 2),
            ("{ videoCards(first: 10) { nodes { id name } } }", 1 + 10),
            ("{ videoCards(last: 10) { nodes { id name } } }", 1 + 10),
            ("{ videoCards { nodes { id } } }", 1 + 20),
            ("{ videoCards(first: 0) { totalCount } }", 1 + 5),
            // A page that is too large is refused with its own words.
            ("{ videoCards(first: 1000000) { nodes { id } } }", 1 + 100),
            ("{ videoCards(first: -1) { nodes { id } } }", 1),
            ("{ videoCards(first: 10) { edges { node { bestOffer { price { amount } } } } } }", 1 + 10 * 4),
            ("{ videoCards(first: 10) { nodes { offers { price { amount } } } } }", 1 + 10 * (1 + 5 * 2)),
            ("{ a: videoCards(first: 9) { nodes { id } } b: videoCards(first: 9) { nodes { id } } }", 2 * 10),
            ("{ nodes(ids: [1, 2, 3]) { id ... on VideoCard { bestOffer { id } } } }", 3 * 2),
            ("{ ...a ...a } fragment a on Query { videoCards(first: 9) { nodes { id } } }", 2 * 10),
            ("query($n: Int = 7) { videoCards(first: $n) { nodes { id } } }", 1 + 7),
            ("{ nothing { of { the { sort } } } }", 0),
        ];
        for (query, expected) in cases {
            assert_eq!(cost(query, json!({})), expected, "{query}");
        }
    }

    #[test]
    fn variables_say_how_large_pages_are() {
        let page = "query($n: Int = 7) { videoCards(first: $n) { nodes { id } } }";
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let cases = [(page, json!({ "n": 9 }), 1 + 9), (nodes, json!({ "ids": ["a", "b"] }), 2)];
        for (query, variables, expected) in cases {
            assert_eq!(cost(query, variables), expected, "{query}");
        }
    }

    #[test]
    fn asking_for_the_schema_is_cheap_and_going_in_circles_is_not() {
        let whole =
            "{ __schema { types { name fields { name args { name type { ofType { ofType { name } } } }
            type { ofType { ofType { ofType { name } } } } } inputFields { type { name } }
            enumValues { name } possibleTypes { name } } directives { args { name } } } }";
        let circle = "{ __schema { types { fields { type { fields { type { fields { type { fields { name }
            } } } } } } } } }";
        assert!(cost(whole, json!({})) < 5_000, "{}", cost(whole, json!({})));
        assert!(cost(circle, json!({})) > 500_000, "{}", cost(circle, json!({})));
    }
}
