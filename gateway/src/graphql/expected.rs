//! Which fields an answer can have, in the order of the query, and what type each has.
//!
//! To be asked only for a document that was executed: validation has refused fragments that spread themselves, and
//! the limits those that stand for too much.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition,
            OperationType, Selection, SelectionSet, Type, TypeKind, TypeSystemDefinition,
        },
    },
};

/// The fields of the operation that is executed; `None` if the document has none of that name.
pub(super) fn fields<'d>(
    document: &'d ExecutableDocument,
    operation: Option<&str>,
) -> Option<Vec<Expected<'d>>> {
    let operation = chosen(document, operation)?;
    let root = match operation.ty {
        OperationType::Query => Name::new("Query"),
        OperationType::Mutation => Name::new("Mutation"),
        OperationType::Subscription => Name::new("Subscription"),
    };
    let mut fields = Vec::new();
    let collect = Collect { fragments: &document.fragments };
    collect.set(&operation.selection_set.node, Some(&root), &mut fields);
    Some(fields)
}

/// A field that an answer can have.
pub(super) struct Expected<'d> {
    pub(super) key: &'d Name,
    /// `None`: a field of introspection, which doesn't fail.
    pub(super) field_type: Option<&'static Type>,
    pub(super) fields: Vec<Expected<'d>>,
}

/// The types of the schema's fields, by type and field.
struct Types(HashMap<Name, HashMap<Name, Type>>);

static TYPES: LazyLock<Types> = LazyLock::new(|| Types::read(&super::sdl()));

impl Types {
    fn read(sdl: &str) -> Self {
        let definitions = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
        let mut types = HashMap::new();
        for definition in definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let fields = match definition.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            let fields = fields.into_iter().map(|field| (field.node.name.node, field.node.ty.node)).collect();
            types.insert(definition.name.node, fields);
        }
        Self(types)
    }

    fn of(&self, parent: Option<&Name>, field: &Name) -> Option<&Type> {
        self.0.get(parent?)?.get(field)
    }
}

/// Collects the fields of a selection in order, those of fragments among them, each key once.
struct Collect<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
}

impl<'d> Collect<'d> {
    fn set(&self, set: &'d SelectionSet, parent: Option<&Name>, into: &mut Vec<Expected<'d>>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    let place = into.iter().position(|expected| expected.key == key).unwrap_or_else(|| {
                        let field_type = TYPES.of(parent, &field.node.name.node);
                        into.push(Expected { key, field_type, fields: Vec::new() });
                        into.len() - 1
                    });
                    let expected = &mut into[place];
                    let inner = expected.field_type.map(named);
                    self.set(&field.node.selection_set.node, inner, &mut expected.fields);
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    self.set(&fragment.node.selection_set.node, on.or(parent), into);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        let on = &fragment.node.type_condition.node.on.node;
                        self.set(&fragment.node.selection_set.node, Some(on), into);
                    }
                }
            }
        }
    }
}

fn named(of: &Type) -> &Name {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

fn chosen<'d>(document: &'d ExecutableDocument, name: Option<&str>) -> Option<&'d OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.iter().find(|(known, _)| known.as_str() == name).map(|(_, operation)| &operation.node)
        }
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next().map(|operation| &operation.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}
