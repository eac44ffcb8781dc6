//! Documents cut down to what async-graphql has to see.
//!
//! It copies a document and walks over all of it a few times for each request. Most of it asks for what is inside of
//! objects that are written straight (see [`super::straight`]), by a plan that was made once: there, async-graphql
//! needn't know more than that it gives an object. Where such an object can't be written after all, the whole document is
//! executed instead.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{
    ContextBase, Name, Pos, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};

/// Something that asks for next to nothing.
const LEAST: &str = "__typename";

/// An operation of a document alone, without what is asked of objects at some places; `None`: it asks for none of them.
pub(super) fn cut(
    name: Option<&Name>,
    operation: &OperationDefinition,
    document: &ExecutableDocument,
    is_written: impl Fn(Pos) -> bool,
) -> Option<ExecutableDocument> {
    let mut cut = Cut { is_written, spread: Vec::new(), is_any: false };
    let mut operation = operation.clone();
    cut.set(&mut operation.selection_set.node);
    let mut fragments = HashMap::new();
    while let Some(name) = cut.spread.pop() {
        if let Some(fragment) = document.fragments.get(&name).filter(|_| !fragments.contains_key(&name)) {
            let mut fragment = fragment.clone();
            cut.set(&mut fragment.node.selection_set.node);
            fragments.insert(name, fragment);
        }
    }
    let operation = Positioned::new(operation, Pos::default());
    let operations = match name {
        Some(name) => DocumentOperations::Multiple([(name.clone(), operation)].into()),
        None => DocumentOperations::Single(operation),
    };
    cut.is_any.then_some(ExecutableDocument { operations, fragments })
}

struct Cut<W> {
    is_written: W,
    /// The fragments that are left.
    spread: Vec<Name>,
    /// Whether anything was cut off.
    is_any: bool,
}

impl<W: Fn(Pos) -> bool> Cut<W> {
    fn set(&mut self, set: &mut SelectionSet) {
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field) => {
                    let inner = &mut field.node.selection_set;
                    if (self.is_written)(inner.pos) {
                        inner.node.items = vec![Positioned::new(Selection::Field(least()), inner.pos)];
                        self.is_any = true;
                    } else {
                        self.set(&mut inner.node);
                    }
                }
                Selection::InlineFragment(fragment) => self.set(&mut fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    self.spread.push(spread.node.fragment_name.node.clone());
                }
            }
        }
    }
}

fn least() -> Positioned<Field> {
    let field = Field {
        alias: None,
        name: Positioned::new(Name::new(LEAST), Pos::default()),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    Positioned::new(field, Pos::default())
}

/// Whether a request is executed by a document that was cut down, and whether more of it was needed.
#[derive(Debug, Default)]
pub(super) struct Lean {
    needed_more: AtomicBool,
}

impl Lean {
    /// Whether what was cut off was needed, so that what came of it is no answer.
    pub(super) fn needed_more(&self) -> bool {
        self.needed_more.load(Ordering::Relaxed)
    }

    /// To be said where an object has to be resolved; true: what is asked of it was cut off, and whatever it is resolved
    /// to is thrown away.
    pub(super) fn needs_more<T>(ctx: &ContextBase<'_, T>) -> bool {
        let lean = ctx.data_opt::<Arc<Self>>();
        lean.is_some_and(|lean| {
            lean.needed_more.store(true, Ordering::Relaxed);
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    /// How many selections there are in what is left of an operation, and its fragments; nothing below `cards` is needed.
    fn left(query: &str, name: Option<&str>) -> Option<(usize, Vec<String>)> {
        fn places(set: &Positioned<SelectionSet>, of: &mut Vec<Pos>) -> usize {
            let below = |selection: &Positioned<Selection>| match &selection.node {
                Selection::Field(field) => {
                    let inner = &field.node.selection_set;
                    if field.node.name.node == "cards" {
                        of.push(inner.pos);
                    }
                    1 + places(inner, of)
                }
                Selection::InlineFragment(fragment) => 1 + places(&fragment.node.selection_set, of),
                Selection::FragmentSpread(_) => 1,
            };
            set.node.items.iter().map(below).sum()
        }
        let document = parse_query(query).unwrap();
        let mut written = Vec::new();
        for (_, operation) in document.operations.iter() {
            places(&operation.node.selection_set, &mut written);
        }
        for fragment in document.fragments.values() {
            places(&fragment.node.selection_set, &mut written);
        }
        let name = name.map(Name::new);
        let (_, operation) = document.operations.iter().find(|(known, _)| known.cloned() == name).unwrap();
        let cut = cut(name.as_ref(), &operation.node, &document, |position| written.contains(&position))?;
        let [(_, operation)] = cut.operations.iter().collect::<Vec<_>>()[..] else { panic!("one operation") };
        let mut fragments: Vec<String> = cut.fragments.keys().map(ToString::to_string).collect();
        fragments.sort_unstable();
        Some((places(&operation.node.selection_set, &mut Vec::new()), fragments))
    }

    #[test]
    fn what_is_asked_of_written_objects_is_cut_off_with_fragments_that_stand_nowhere_else() {
        let none: [&str; 0] = [];
        let cases = [
            ("{ a { b } }", None, None),
            ("{ list { cards { id name } count } }", None, Some((4, &none[..]))),
            (
                "{ list { cards { ...card } ...page } } fragment card on Card { id }
                 fragment page on List { info { next } cards { ...card } }",
                None,
                Some((4, &["page"][..])),
            ),
            ("query a { cards { id name } } query b { c { d } }", Some("a"), Some((2, &none[..]))),
            ("query a { cards { id name } } query b { c { d } }", Some("b"), None),
            ("{ ... @include(if: true) { cards { id name } } }", None, Some((3, &none[..]))),
        ];
        for (query, name, expected) in cases {
            let expected = expected.map(|(left, fragments)| {
                (left, fragments.iter().map(ToString::to_string).collect::<Vec<_>>())
            });
            assert_eq!(left(query, name), expected, "{query}");
        }
    }
}
