//! What is known of an operation before it is executed: which fields its answer can have, in the order of the query and
//! each with its type, and where it asks for cards.
//!
//! Worked out once for a document and kept with it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, atomic::AtomicUsize},
};

use async_graphql::{
    Name, Pos, Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType, Selection,
            SelectionSet, Type, TypeKind, TypeSystemDefinition,
        },
    },
};

use super::lasting::Needs;

/// The type whose objects are kept as they are written.
const CARD: &str = "VideoCard";

/// What is known of an operation.
#[derive(Debug)]
pub(super) struct Plan {
    /// The fields at its root.
    pub(super) fields: Arc<[Expected]>,
    /// How long the last answer was, in bytes: the next one will be about as long.
    pub(super) usual_bytes: AtomicUsize,
    /// Whether objects of several selections have to be put together, other than within a card.
    pub(super) joins: bool,
    /// Where it asks for cards; empty where such objects may have to be put together around them.
    cards: Vec<CardSelection>,
}

/// A field that an answer can have.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) key: Name,
    /// The key, as it stands in an answer: `"name":`.
    pub(super) key_json: Box<[u8]>,
    /// `None`: a field of introspection, which doesn't fail.
    pub(super) field_type: Option<&'static Type>,
    pub(super) fields: Arc<[Expected]>,
}

/// What is asked of a card in one place of a document.
#[derive(Debug)]
pub(super) struct CardSelection {
    /// Where it stands in the document.
    position: Pos,
    /// Tells it from any other selection of any document.
    pub(super) hash: [u8; 32],
    pub(super) needs: Needs,
    pub(super) fields: Arc<[Expected]>,
}

impl Plan {
    /// The plan of an operation of a document whose text hashes to `text`. Its fragments must not spread themselves, and
    /// must not stand for too much.
    pub(super) fn of(
        text: &blake3::Hash,
        name: Option<&Name>,
        operation: &OperationDefinition,
        document: &ExecutableDocument,
    ) -> Self {
        let root = match operation.ty {
            OperationType::Query => Name::new("Query"),
            OperationType::Mutation => Name::new("Mutation"),
            OperationType::Subscription => Name::new("Subscription"),
        };
        let mut fields = Vec::new();
        let mut collect = Collect { fragments: &document.fragments, is_joined: false };
        collect.set(&operation.selection_set.node, Some(&root), false, &mut fields);
        let mut cards = Vec::new();
        let fields = finish(fields, &mut |set, fields| {
            let needs = Needs::of(&set.node, &Name::new(CARD), &document.fragments);
            if needs.lasts && !collect.is_joined {
                let hash = hash(text, name, set.pos);
                cards.push(CardSelection { position: set.pos, hash, needs, fields: fields.clone() });
            }
        });
        Self { fields, usual_bytes: AtomicUsize::new(0), joins: collect.is_joined, cards }
    }

    /// What is asked of cards in this place, if cards can be kept as they are written there.
    pub(super) fn cards_at(&self, position: Pos) -> Option<&CardSelection> {
        self.cards.iter().find(|selection| selection.position == position)
    }
}

fn hash(text: &blake3::Hash, operation: Option<&Name>, position: Pos) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(text.as_bytes());
    hash.update(&(position.line as u64).to_le_bytes());
    hash.update(&(position.column as u64).to_le_bytes());
    // Operations of one document give other defaults to a variable.
    hash.update(operation.map_or("", Name::as_str).as_bytes());
    *hash.finalize().as_bytes()
}

/// The types of the schema's fields, by type and field.
pub(super) struct Types(HashMap<Name, HashMap<Name, Type>>);

pub(super) static TYPES: LazyLock<Types> = LazyLock::new(|| Types::read(&super::sdl()));

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

    pub(super) fn of(&self, parent: Option<&Name>, field: &Name) -> Option<&Type> {
        self.0.get(parent?)?.get(field)
    }
}

/// A field that is being collected.
struct Collected<'d> {
    key: &'d Name,
    field_type: Option<&'static Type>,
    /// What is asked of a card.
    card: Option<&'d Positioned<SelectionSet>>,
    fields: Vec<Collected<'d>>,
}

/// Collects the fields of a selection in order, those of fragments among them, each key once.
struct Collect<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    /// Objects of several selections are one in the answer, and this isn't within a card.
    is_joined: bool,
}

impl<'d> Collect<'d> {
    fn set(
        &mut self,
        set: &'d SelectionSet,
        parent: Option<&Name>,
        in_card: bool,
        into: &mut Vec<Collected<'d>>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    let set = &field.node.selection_set;
                    let known = into.iter().position(|collected| collected.key == key);
                    self.is_joined |= known.is_some() && !in_card && !set.node.items.is_empty();
                    let place = known.unwrap_or_else(|| {
                        let field_type = TYPES.of(parent, &field.node.name.node);
                        let gives_cards = field_type.is_some_and(|of| named(of) == CARD);
                        into.push(Collected {
                            key,
                            field_type,
                            card: gives_cards.then_some(set),
                            fields: Vec::new(),
                        });
                        into.len() - 1
                    });
                    let collected = &mut into[place];
                    let inner = collected.field_type.map(named);
                    let in_card = in_card || collected.card.is_some();
                    self.set(&set.node, inner, in_card, &mut collected.fields);
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    self.set(&fragment.node.selection_set.node, on.or(parent), in_card, into);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        let on = &fragment.node.type_condition.node.on.node;
                        self.set(&fragment.node.selection_set.node, Some(on), in_card, into);
                    }
                }
            }
        }
    }
}

/// Brings what was collected to its last form, and shows what is asked of cards.
fn finish<'d>(
    collected: Vec<Collected<'d>>,
    card: &mut impl FnMut(&'d Positioned<SelectionSet>, &Arc<[Expected]>),
) -> Arc<[Expected]> {
    let finished = collected.into_iter().map(|collected| {
        let fields = finish(collected.fields, card);
        if let Some(set) = collected.card {
            card(set, &fields);
        }
        Expected {
            key: collected.key.clone(),
            // Names are letters, digits and underscores.
            key_json: format!("\"{}\":", collected.key).into_bytes().into(),
            field_type: collected.field_type,
            fields,
        }
    });
    finished.collect()
}

/// The name of a type, lists aside.
pub(super) fn named(of: &Type) -> &Name {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}
