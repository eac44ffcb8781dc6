//! What a card's fields depend on besides the card itself.
//!
//! A card that was written for one answer may stand in another one only while everything that it was written from is the
//! same. Most of what hangs on a card changes with the card. For the rest this table says what it changes with; a field
//! that isn't named here makes an answer be worked out anew each time.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, FragmentDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::plan::{TYPES, named};

/// What the values of fields depend on besides the card.
#[derive(Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a selection may need any of them")]
pub(super) struct Needs {
    /// They last: nothing but what is named here has a part in them.
    pub(super) lasts: bool,
    /// When the shops were read.
    pub(super) shops: bool,
    /// The same, of offers: that is left open where a card is kept (see [`super::gaps`]).
    pub(super) gaps: bool,
    /// What is known of graphics chips.
    pub(super) chips: bool,
    /// The operation's variables that they are asked with.
    pub(super) variables: BTreeSet<Name>,
}

/// What a field depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    /// On nothing but the card.
    Card,
    /// On when shops were read.
    Shops,
    /// On the same, and left open in a card that is kept.
    Gap,
    /// On what is known of graphics chips.
    Chips,
}

/// Fields that change with their card, or with what stands beside them. Not among them are counts, which change with
/// other cards, and price histories, which change with the time.
const LASTING: [(&str, On, &[&str]); 19] = [
    (
        "VideoCard",
        On::Card,
        &[
            "id",
            "slug",
            "name",
            "brand",
            "gpu",
            "mpns",
            "gtins",
            "specs",
            "interfaces",
            "technologies",
            "technologyVersions",
            "images",
            "offers",
            "bestOffer",
            "priceRange",
            "sources",
            "match",
            "updatedAt",
        ],
    ),
    ("Brand", On::Card, &["id", "slug", "name"]),
    ("Gpu", On::Card, &["id", "slug", "name", "maker"]),
    ("Gpu", On::Chips, &["architecture"]),
    ("Technology", On::Card, &["id", "code", "name"]),
    ("CardTechnology", On::Card, &["technology", "version"]),
    (
        "Offer",
        On::Card,
        &["id", "shop", "title", "url", "price", "previousPrice", "basePrice", "availability"],
    ),
    ("Offer", On::Gap, &["observedAt", "stale"]),
    ("Shop", On::Card, &["id", "slug", "name"]),
    ("Shop", On::Shops, &["lastSeenAt", "healthy"]),
    ("Source", On::Card, &["field", "shop", "value", "observedAt", "chosen", "conflict"]),
    ("Match", On::Card, &["by", "confidence", "explanation"]),
    ("Money", On::Card, &["amount", "minorUnits", "currency", "formatted"]),
    ("MoneyRange", On::Card, &["min", "max"]),
    (
        "Specs",
        On::Card,
        &[
            "memoryGb",
            "memoryType",
            "memoryBusBits",
            "memoryBandwidthGbps",
            "baseClockMhz",
            "boostClockMhz",
            "streamProcessors",
            "boardPowerWatts",
            "recommendedPsuWatts",
            "lengthMm",
            "slotWidth",
            "processNm",
            "releasedOn",
        ],
    ),
    ("Interfaces", On::Card, &["bus", "busVersion", "busLanes", "outputs", "powerConnectors"]),
    ("Output", On::Card, &["kind", "version", "count"]),
    ("PowerConnector", On::Card, &["kind", "count"]),
    // What a selection on an interface names.
    ("Node", On::Card, &["id"]),
];

/// What a field depends on; `None`: on what isn't told here.
fn on(parent: &Name, field: &Name) -> Option<On> {
    if field == "__typename" {
        return Some(On::Card);
    }
    let is_of = |(of, _, fields): &&(&str, On, &[&str])| parent == of && fields.contains(&field.as_str());
    LASTING.iter().find(is_of).map(|(_, on, _)| *on)
}

impl Needs {
    /// What is needed for a selection on objects of type `parent`. Its fragments must not spread themselves.
    pub(super) fn of(
        set: &SelectionSet,
        parent: &Name,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    ) -> Self {
        let mut needs = Self { lasts: true, ..Self::default() };
        needs.add(set, parent, fragments);
        needs
    }

    fn add(
        &mut self,
        set: &SelectionSet,
        parent: &Name,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    ) {
        for selection in &set.items {
            self.directives(selection.node.directives());
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    match on(parent, &field.name.node) {
                        Some(On::Card) => {}
                        Some(On::Shops) => self.shops = true,
                        Some(On::Gap) => self.gaps = true,
                        Some(On::Chips) => self.chips = true,
                        None => self.lasts = false,
                    }
                    for (_, value) in &field.arguments {
                        self.value(&value.node);
                    }
                    if let Some(inner) = TYPES.of(Some(parent), &field.name.node) {
                        self.add(&field.selection_set.node, named(inner), fragments);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    self.add(&fragment.node.selection_set.node, on.unwrap_or(parent), fragments);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        let on = &fragment.node.type_condition.node.on.node;
                        self.add(&fragment.node.selection_set.node, on, fragments);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &[Positioned<Directive>]) {
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            self.value(&value.node);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.clone());
            }
            Value::List(values) => values.iter().for_each(|value| self.value(value)),
            Value::Object(fields) => fields.values().for_each(|value| self.value(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_query, parse_schema,
        types::{DocumentOperations, TypeKind, TypeSystemDefinition},
    };

    use super::*;

    fn needs(query: &str) -> Needs {
        let document = parse_query(query).unwrap();
        let DocumentOperations::Multiple(operations) = &document.operations else { unreachable!() };
        let operation = operations.values().next().unwrap();
        Needs::of(&operation.node.selection_set.node, &Name::new("VideoCard"), &document.fragments)
    }

    #[test]
    fn what_a_selection_depends_on_is_known_however_it_is_written() {
        let lasting = || Needs { lasts: true, ..Needs::default() };
        let with = |names: &[&str]| names.iter().map(Name::new).collect();
        let cases = [
            ("query a { id offers { price { amount } shop { name } } brand { name } __typename }", lasting()),
            ("query a { offers { stale } }", Needs { gaps: true, ..lasting() }),
            (
                "query a { offers { ...b } } fragment b on Offer { shop { lastSeenAt } }",
                Needs { shops: true, ..lasting() },
            ),
            ("query a { gpu { ... { architecture } } }", Needs { chips: true, ..lasting() }),
            ("query a { brand { cardCount } }", Needs::default()),
            ("query a { priceHistory { points { at } } }", Needs::default()),
            ("query a { offers { shop { listingCount } } }", Needs::default()),
            (
                "query a { offers(availability: [$a]) { price { formatted(locale: $l) } } slug @skip(if: $s) ...b @include(if: $i) } fragment b on VideoCard { name }",
                Needs { variables: with(&["a", "l", "s", "i"]), ..lasting() },
            ),
        ];
        for (query, expected) in cases {
            assert_eq!(needs(query), expected, "{query}");
        }
    }

    #[test]
    fn the_table_names_fields_that_there_are() {
        let document = parse_schema(crate::graphql::sdl()).unwrap();
        let mut fields = BTreeSet::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let of = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            let parent = definition.node.name.node;
            fields.extend(of.into_iter().map(|field| format!("{parent}.{}", field.node.name.node)));
        }
        for (of, _, names) in LASTING {
            for name in names {
                assert!(fields.contains(&format!("{of}.{name}")), "{of}.{name}");
            }
        }
    }
}
