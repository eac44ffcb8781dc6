//! Random questions, of values that cards have and of some that none has.

use std::collections::BTreeSet;

use proptest::{
    collection::{SizeRange, vec},
    option, prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, Just, Strategy},
};
use serde_json::{Map, Value, json};

use crate::plain::{Card, FACETS};

/// What is asked of a list.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) filter: Value,
    pub(crate) search: Option<String>,
    pub(crate) buckets: usize,
}

/// A field of a filter and what it says.
type Condition = (&'static str, Value);

pub(crate) fn questions(cards: &[Card]) -> impl Strategy<Value = Question> + use<> {
    let words: BTreeSet<String> =
        cards.iter().flat_map(|card| card.name.split(' ')).map(str::to_lowercase).collect();
    let search = vec(select(Vec::from_iter(words)), 1..=2).prop_map(|words| words.join(" "));
    let search = prop_oneof![3 => Just(None), 1 => search.prop_map(Some)];
    (filters(cards), search, 1..=50_usize).prop_map(|(filter, search, buckets)| Question {
        filter,
        search,
        buckets,
    })
}

fn filters(cards: &[Card]) -> BoxedStrategy<Value> {
    let own = vec(condition(cards), 0..=2).prop_map(|conditions| {
        // Of two that say something about the same field, the later one is taken.
        Value::Object(conditions.into_iter().map(|(field, wanted)| (field.to_owned(), wanted)).collect())
    });
    let own = own.boxed();
    own.clone()
        .prop_recursive(3, 8, 2, move |part| {
            let parts = |of: BoxedStrategy<Value>| option::weighted(0.3, vec(of, 0..=2)).boxed();
            let not = option::weighted(0.3, part.clone());
            (own.clone(), parts(part.clone()), parts(part), not).prop_map(|(own, and, or, not)| {
                let mut filter = own.as_object().cloned().unwrap_or_else(Map::new);
                let all = [("and", and.map(Value::from)), ("or", or.map(Value::from)), ("not", not)];
                filter.extend(all.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?))));
                Value::Object(filter)
            })
        })
        .boxed()
}

fn condition(cards: &[Card]) -> BoxedStrategy<Condition> {
    let mut kinds = vec![
        range("price", cards.iter().filter_map(|card| card.price_minor), |minor| {
            json!(format!("{}.{:02}", minor / 100, minor % 100))
        }),
        range("memoryGb", whole(cards, |card| card.memory_gb), Value::from),
        range("boardPowerWatts", whole(cards, |card| card.board_power_watts), Value::from),
        range("lengthMm", whole(cards, |card| card.length_mm), Value::from),
        select(cards.iter().map(|card| card.updated_at).collect::<Vec<_>>())
            .prop_map(|at| ("updatedSince", json!(at.to_rfc3339())))
            .boxed(),
    ];
    for facet in FACETS.into_iter().filter(|facet| *facet != "memoryGb") {
        let values = values(cards, facet);
        let of_facet = if ["technologies", "outputs"].contains(&facet) {
            let list = |chance: f64, size: SizeRange| option::weighted(chance, vec(values.clone(), size));
            (list(0.4, (0..=2).into()), list(0.4, (0..=3).into()), list(0.4, (0..=2).into()))
                .prop_map(|(all, any, none)| {
                    let lists = [("allOf", all), ("anyOf", any), ("noneOf", none)];
                    let lists =
                        lists.into_iter().filter_map(|(name, list)| Some((name.to_owned(), list?.into())));
                    Value::Object(lists.collect())
                })
                .boxed()
        } else {
            vec(values, 0..=6).prop_map(Value::from).boxed()
        };
        kinds.push(of_facet.prop_map(move |wanted| (facet, wanted)).boxed());
    }
    proptest::strategy::Union::new(kinds).boxed()
}

/// Values of a facet: mostly those that cards have, each as often as cards have it.
fn values(cards: &[Card], facet: &'static str) -> BoxedStrategy<String> {
    let known = select(cards.iter().flat_map(|card| card.values_of(facet)).collect::<Vec<_>>());
    match facet {
        "chipMakers" => prop_oneof![4 => known, 1 => Just("OTHER".to_owned())].boxed(),
        "availability" => prop_oneof![4 => known, 1 => Just("DISCONTINUED".to_owned())].boxed(),
        _ => prop_oneof![9 => known, 1 => Just("unheard-of".to_owned())].boxed(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "watts, millimetres and gigabytes are small")]
fn whole(cards: &[Card], number: fn(&Card) -> Option<f64>) -> impl Iterator<Item = i64> {
    cards.iter().filter_map(number).map(|number| number as i64)
}

/// Ranges between values that cards have, open at an end now and then.
fn range(
    field: &'static str,
    known: impl Iterator<Item = i64>,
    written: fn(i64) -> Value,
) -> BoxedStrategy<Condition> {
    let end = select(known.collect::<Vec<_>>()).boxed();
    (option::weighted(0.7, end.clone()), option::weighted(0.7, end))
        .prop_map(move |(one, other)| {
            let (min, max) = match (one, other) {
                (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
                open => open,
            };
            let ends = [("min", min), ("max", max)];
            let ends = ends.into_iter().filter_map(|(name, end)| Some((name.to_owned(), written(end?))));
            (field, Value::Object(ends.collect()))
        })
        .boxed()
}
