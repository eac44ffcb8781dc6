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
