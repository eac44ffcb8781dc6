//! What is known of an operation before it is executed: which fields its answer can have, in the order of the query and
//! each with its type, and where it asks for cards.
//!
//! Worked out once for a document and kept with it.

mod hash;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_graphql::{
    Name, Pos, Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition,
            OperationType, Selection, SelectionSet, Type, TypeKind, TypeSystemDefinition,
        },
    },
};

use async_graphql_value::Value;

use super::{lasting::Needs, lean, validated::Validated};

/// The type whose objects are kept as they are written.
const CARD: &str = "VideoCard";
/// Types whose objects have all that can be asked of them at hand.
const AT_HAND: [&str; 3] = ["Facet", "PageInfo", "PriceStats"];

/// What is known of an operation.
#[derive(Debug)]
pub(super) struct Plan {
    /// The fields at its root.
    pub(super) fields: Arc<[Expected]>,
    /// Which requests for it are known to be valid.
    pub(super) validated: Validated,
    /// How long the last answer was, in bytes: the next one will be about as long.
    pub(super) usual_bytes: AtomicUsize,
    /// Where it asks for cards; empty where objects of several selections have to be put together, other than within one,
    /// or where a place doesn't tell which selection stands there.
    cards: Vec<Arc<CardSelection>>,
    /// Where it asks for fields, and nothing else, of objects that have them at hand; empty in the same case.
    at_hand: Vec<AtHandSelection>,
    /// The operation alone, without what is asked of objects in those of these places that ask for fields and nothing else.
    cut_down: Option<ExecutableDocument>,
}

/// A field that an answer can have.
#[derive(Debug)]
pub(super) struct Expected {
    /// What the schema calls it.
    pub(super) name: Name,
    pub(super) arguments: Box<[(Name, Value)]>,
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
    /// Tells it from any other selection of any document, unless both ask for the same.
    pub(super) hash: [u8; 32],
    pub(super) needs: Needs,
    /// It has fields and nothing else: no directives, no conditions of type.
    pub(super) is_plain: bool,
    pub(super) fields: Arc<[Expected]>,
    /// How long a card was when some were written last, in bytes: the next ones will be about as long.
    pub(super) usual_bytes: AtomicUsize,
}

impl CardSelection {
    /// Whether a card that is kept leaves open when its offers were seen: where that stands is known of plain ones alone.
    pub(super) fn leaves_gaps(&self) -> bool {
        self.needs.gaps && self.is_plain
    }

    /// Whether cards that are kept stand until they change, or a chip becomes known, and not just until the next crawl of a
    /// shop.
    pub(super) fn outlasts_crawls(&self) -> bool {
        let Needs { shops, gaps, .. } = self.needs;
        !shops && (!gaps || self.is_plain)
    }
}

/// What is asked in one place of a document of an object that has it at hand: fields and nothing else.
#[derive(Debug)]
pub(super) struct AtHandSelection {
    position: Pos,
    pub(super) fields: Arc<[Expected]>,
    /// How long an object was when one was written last, in bytes.
    pub(super) usual_bytes: AtomicUsize,
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
        collect.set(&operation.selection_set.node, Some(&root), Within::default(), &mut fields);
        let (mut cards, mut at_hand) = (Vec::new(), Vec::new());
        // By where it stands, async-graphql says which selection it resolves.
        let are_told_apart = !collect.is_joined && stand_apart(document);
        let fields = finish(fields, &mut |of, set, is_plain, fields| {
            // One selection may be spread in several places.
            let is_known = |known: &Pos| *known == set.pos;
            if !are_told_apart || cards.iter().any(|known: &Arc<CardSelection>| is_known(&known.position)) {
                return;
            }
            if of == CARD {
                let needs = Needs::of(&set.node, of, &document.fragments);
                if needs.lasts {
                    // What it asks for says all, whichever document that stands in.
                    let is_all = is_plain && needs.variables.is_empty();
                    let hash = if is_all { hash::of(fields) } else { hash::of_place(text, name, set.pos) };
                    let fields = fields.clone();
                    let usual_bytes = AtomicUsize::new(0);
                    let position = set.pos;
                    let asked = CardSelection { position, hash, needs, is_plain, fields, usual_bytes };
                    cards.push(asked.into());
                }
            } else if is_plain
                && AT_HAND.contains(&of.as_str())
                && !at_hand.iter().any(|known: &AtHandSelection| is_known(&known.position))
            {
                at_hand.push(AtHandSelection {
                    position: set.pos,
                    fields: fields.clone(),
                    usual_bytes: AtomicUsize::new(0),
                });
            }
        });
        let validated = Validated::of(operation);
        let is_written = |position| {
            cards.iter().any(|selection| selection.is_plain && selection.position == position)
                || at_hand.iter().any(|selection| selection.position == position)
        };
        let cut_down = lean::cut(name, operation, document, is_written);
        Self { fields, validated, usual_bytes: AtomicUsize::new(0), cards, at_hand, cut_down }
    }

    /// The operation without what was cut off, once all of that was written straight before.
    pub(super) fn cut_down(&self) -> Option<&ExecutableDocument> {
        let was_written = |usual_bytes: &AtomicUsize| usual_bytes.load(Ordering::Relaxed) > 0;
        let mut cards = self.cards.iter().filter(|selection| selection.is_plain);
        let is_known = cards.all(|selection| was_written(&selection.usual_bytes))
            && self.at_hand.iter().all(|selection| was_written(&selection.usual_bytes));
        self.cut_down.as_ref().filter(|_| is_known)
    }

    /// What is asked of cards in this place, if cards can be kept as they are written there.
    pub(super) fn cards_at(&self, position: Pos) -> Option<&Arc<CardSelection>> {
        self.cards.iter().find(|selection| selection.position == position)
    }

    /// What is asked in this place of objects that have it at hand, if they can be written straight.
    pub(super) fn at_hand(&self, position: Pos) -> Option<&AtHandSelection> {
        self.at_hand.iter().find(|selection| selection.position == position)
    }
}

/// Whether no two selections of a document stand in one place. They can, since the parser begins a column at each carriage
/// return, and a line only at a line feed.
fn stand_apart(document: &ExecutableDocument) -> bool {
    fn are_new(set: &Positioned<SelectionSet>, known: &mut HashSet<Pos>) -> bool {
        let below = |selection: &Positioned<Selection>, known: &mut _| match &selection.node {
            Selection::Field(field) => {
                let inner = &field.node.selection_set;
                inner.node.items.is_empty() || are_new(inner, known)
            }
            Selection::InlineFragment(fragment) => are_new(&fragment.node.selection_set, known),
            Selection::FragmentSpread(_) => true,
        };
        known.insert(set.pos) && set.node.items.iter().all(|selection| below(selection, known))
    }
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
    let mut known = HashSet::new();
    operations.chain(fragments).all(|set| are_new(set, &mut known))
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
    field: &'d Field,
    key: &'d Name,
    /// It is asked for without conditions.
    is_plain: bool,
    field_type: Option<&'static Type>,
    fields: Vec<Collected<'d>>,
}

impl<'d> Collected<'d> {
    fn new(field: &'d Field, parent: Option<&Name>) -> Self {
        let (key, field_type) = (&field.response_key().node, TYPES.of(parent, &field.name.node));
        Self { field, key, is_plain: true, field_type, fields: Vec::new() }
    }

    fn gives_cards(&self) -> bool {
        self.field_type.is_some_and(|of| named(of) == CARD)
    }

    fn is_all_plain(&self) -> bool {
        self.is_plain && self.fields.iter().all(Self::is_all_plain)
    }
}

/// Where a selection stands.
#[derive(Clone, Copy, Debug, Default)]
struct Within {
    card: bool,
    /// Whether it counts depends on a directive, or on the type of the object.
    condition: bool,
}

impl Within {
    /// The same in a fragment on type `on` that stands in a selection on `parent`.
    fn also(self, on: Option<&Name>, parent: Option<&Name>, directives: &[Positioned<Directive>]) -> Self {
        let is_for_some = on.is_some() && on != parent;
        Self { condition: self.condition || is_for_some || !directives.is_empty(), ..self }
    }
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
        within: Within,
        into: &mut Vec<Collected<'d>>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    let set = &field.node.selection_set;
                    let known = into.iter().position(|collected| collected.key == key);
                    self.is_joined |= known.is_some() && !within.card && !set.node.items.is_empty();
                    let place = known.unwrap_or_else(|| {
                        into.push(Collected::new(&field.node, parent));
                        into.len() - 1
                    });
                    let collected = &mut into[place];
                    collected.is_plain &= !within.condition && field.node.directives.is_empty();
                    let inner = collected.field_type.map(named);
                    // What is said of a card counts for the fields below it alone.
                    let card = within.card || collected.gives_cards();
                    self.set(&set.node, inner, Within { card, condition: false }, &mut collected.fields);
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let on = fragment.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    let within = within.also(on, parent, &fragment.directives);
                    self.set(&fragment.selection_set.node, on.or(parent), within, into);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        let on = &fragment.node.type_condition.node.on.node;
                        let within = within.also(Some(on), parent, &spread.node.directives);
                        self.set(&fragment.node.selection_set.node, Some(on), within, into);
                    }
                }
            }
        }
    }
}

/// Brings what was collected to its last form, and shows each selection: on which type, where, whether it has fields and
/// nothing else, and what it asks for.
fn finish(
    collected: Vec<Collected<'_>>,
    show: &mut impl FnMut(&'static Name, &Positioned<SelectionSet>, bool, &Arc<[Expected]>),
) -> Arc<[Expected]> {
    let finished = collected.into_iter().map(|collected| {
        let is_plain = collected.fields.iter().all(Collected::is_all_plain);
        let fields = finish(collected.fields, show);
        if let Some(of) = collected.field_type {
            show(named(of), &collected.field.selection_set, is_plain, &fields);
        }
        Expected {
            name: collected.field.name.node.clone(),
            arguments: arguments(collected.field),
            key: collected.key.clone(),
            // Names are letters, digits and underscores.
            key_json: format!("\"{}\":", collected.key).into_bytes().into(),
            field_type: collected.field_type,
            fields,
        }
    });
    finished.collect()
}

fn arguments(field: &Field) -> Box<[(Name, Value)]> {
    field.arguments.iter().map(|(name, value)| (name.node.clone(), value.node.clone())).collect()
}

/// The name of a type, lists aside.
pub(super) fn named(of: &Type) -> &Name {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    impl CardSelection {
        /// What a document asks of cards.
        pub(in crate::graphql) fn for_tests(document: &str) -> Arc<Self> {
            let parsed = parse_query(document).unwrap();
            let (name, operation) = parsed.operations.iter().next().unwrap();
            let text = blake3::hash(document.as_bytes());
            Plan::of(&text, name, &operation.node, &parsed).cards.remove(0)
        }
    }

    #[test]
    fn what_is_kept_outlasts_crawls_unless_it_says_something_of_them_that_is_not_left_open() {
        let cases = [
            ("id gpu { architecture }", true),
            ("offers { stale observedAt }", true),
            ("offers { stale @include(if: true) }", false),
            ("offers { id @include(if: true) }", true),
            ("offers { shop { healthy } }", false),
            ("offers { stale shop { lastSeenAt } }", false),
        ];
        for (fields, expected) in cases {
            let asked = CardSelection::for_tests(&format!("{{ videoCards {{ nodes {{ {fields} }} }} }}"));
            assert_eq!(asked.outlasts_crawls(), expected, "{fields}");
        }
    }
}
