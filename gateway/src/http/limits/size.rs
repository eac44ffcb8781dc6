//! What a document comes to once its fragments are spread out, worked out without spreading them: a fragment
//! that is spread twice counts twice, but is walked once. A document of a kilobyte can stand for millions of
//! fields, and async-graphql's own validation would walk them all.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value as Constant,
    parser::types::{
        Directive, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;

/// What spreading out a selection comes to. Counts stop at the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// Fields at any depth.
    pub(super) fields: u64,
    /// Fields that stand directly in the selection.
    pub(super) root_fields: u64,
    /// The deepest nesting of fields.
    pub(super) depth: u64,
    pub(super) aliases: u64,
    pub(super) directives: u64,
    /// The most directives in one place.
    pub(super) directives_together: u64,
    /// The length of the longest list in an argument.
    pub(super) longest_list: u64,
    /// Whether it asks for the schema.
    pub(super) introspects: bool,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.root_fields = self.root_fields.saturating_add(other.root_fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.directives_together = self.directives_together.max(other.directives_together);
        self.depth = self.depth.max(other.depth);
        self.longest_list = self.longest_list.max(other.longest_list);
        self.introspects |= other.introspects;
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        let together = directives.len() as u64;
        self.directives = self.directives.saturating_add(together);
        self.directives_together = self.directives_together.max(together);
        for directive in directives {
            self.longest_list = self.longest_list.max(longest_literal(&directive.node.arguments));
        }
    }
}

/// A fragment that spreads itself, by its name. Nothing can be said of the size of a document that has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endless(pub(super) Name);

/// The sizes of a document's operations, all added up as far as they are counts.
pub(super) fn of(document: &ExecutableDocument) -> Result<Size, Endless> {
    let mut measure = Measure { fragments: &document.fragments, measured: HashMap::new(), endless: None };
    let mut largest = Size::default();
    for (_, operation) in document.operations.iter() {
        let size = measure.operation(&operation.node);
        // One operation of a document is executed, the others are validated only.
        largest = Size {
            fields: largest.fields.saturating_add(size.fields),
            root_fields: largest.root_fields.max(size.root_fields),
            depth: largest.depth.max(size.depth),
            aliases: largest.aliases.saturating_add(size.aliases),
            directives: largest.directives.saturating_add(size.directives),
            directives_together: largest.directives_together.max(size.directives_together),
            longest_list: largest.longest_list.max(size.longest_list),
            introspects: largest.introspects | size.introspects,
        };
    }
    // One that no operation spreads may go in a circle too.
    for name in document.fragments.keys() {
        measure.fragment(name);
    }
    measure.endless.map_or(Ok(largest), |name| Err(Endless(name)))
}

/// Measures each fragment once.
struct Measure<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None`: being measured.
    measured: HashMap<&'d Name, Option<Size>>,
    endless: Option<Name>,
}

impl<'d> Measure<'d> {
    fn operation(&mut self, operation: &'d OperationDefinition) -> Size {
        let mut size = self.set(&operation.selection_set.node);
        size.directives(&operation.directives);
        for variable in &operation.variable_definitions {
            size.directives(&variable.node.directives);
            if let Some(default) = &variable.node.default_value {
                size.longest_list = size.longest_list.max(longest_list(&default.node));
            }
        }
        size
    }

    fn set(&mut self, set: &'d SelectionSet) -> Size {
        let mut size = Size::default();
        for selection in &set.items {
            size.add(self.selection(&selection.node));
        }
        size
    }

    fn selection(&mut self, selection: &'d Selection) -> Size {
        match selection {
            Selection::Field(field) => {
                let field = &field.node;
                let mut size = self.set(&field.selection_set.node);
                size.depth += 1;
                size.fields = size.fields.saturating_add(1);
                size.root_fields = 1;
                size.aliases = size.aliases.saturating_add(u64::from(field.alias.is_some()));
                size.introspects |= matches!(field.name.node.as_str(), "__schema" | "__type");
                size.directives(&field.directives);
                size.longest_list = size.longest_list.max(longest_literal(&field.arguments));
                size
            }
            Selection::InlineFragment(fragment) => {
                let mut size = self.set(&fragment.node.selection_set.node);
                size.directives(&fragment.node.directives);
                size
            }
            Selection::FragmentSpread(spread) => {
                let mut size = self.fragment(&spread.node.fragment_name.node);
                size.directives(&spread.node.directives);
                size
            }
        }
    }

    fn fragment(&mut self, name: &Name) -> Size {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else { return Size::default() };
        match self.measured.get(name) {
            Some(Some(size)) => return *size,
            Some(None) => {
                self.endless = Some(name.clone());
                return Size::default();
            }
            None => {}
        }
        self.measured.insert(name, None);
        let mut size = self.set(&fragment.node.selection_set.node);
        size.directives(&fragment.node.directives);
        self.measured.insert(name, Some(size));
        size
    }
}

fn longest_literal(arguments: &[(Positioned<Name>, Positioned<Value>)]) -> u64 {
    fn longest(value: &Value) -> u64 {
        match value {
            Value::List(values) => longest_of(values.len(), values.iter().map(longest)),
            Value::Object(fields) => longest_of(0, fields.values().map(longest)),
            _ => 0,
        }
    }
    longest_of(0, arguments.iter().map(|(_, value)| longest(&value.node)))
}

/// The length of the longest list in a variable's value.
pub(super) fn longest_list(value: &Constant) -> u64 {
    match value {
        Constant::List(values) => longest_of(values.len(), values.iter().map(longest_list)),
        Constant::Object(fields) => longest_of(0, fields.values().map(longest_list)),
        _ => 0,
    }
}

fn longest_of(own: usize, others: impl Iterator<Item = u64>) -> u64 {
    others.fold(own as u64, u64::max)
}
