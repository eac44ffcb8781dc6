//! Whatever the cards, the changes and the filter are: the index answers what a scan does.

use std::{collections::HashMap, sync::Arc};

use catalogue_index::{
    BrandFacts, CardFacts, Facet, FacetId, Filter, Index, List, OfferFacts, Place, PriceStats, SetFilter,
    Sort, Span, Stretch,
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{TestCaseResult, TestRunner},
};

use crate::{
    made_up::{SORTS, card, filter},
    plain::{Plain, ids, page},
};

#[derive(Clone, Debug)]
enum Change {
    Upsert(Box<CardFacts>),
    /// The offers of that card.
    Reprice(Box<CardFacts>),
    Remove(i64),
}

fn change() -> impl Strategy<Value = Change> {
    let card = || card(0..60).prop_map(Box::new);
    prop_oneof![
        2 => card().prop_map(Change::Upsert),
        2 => card().prop_map(Change::Reprice),
        1 => (0..60_i64).prop_map(Change::Remove),
    ]
}

fn apply(change: &Change, index: &mut Index, plain: &mut Plain) {
    match change {
        Change::Upsert(card) => {
            index.upsert(card);
            plain.0.insert(card.id, (**card).clone());
        }
        Change::Reprice(card) => {
            let known = plain.0.get_mut(&card.id);
            assert_eq!(index.reprice(card.id, &card.offers), known.is_some());
            if let Some(known) = known {
                known.offers = card.offers.clone();
            }
        }
        Change::Remove(id) => assert_eq!(index.remove(*id), plain.0.remove(id).is_some()),
    }
}

/// Where to cut a list, told by how far through it is, so that it fits lists of any length.
#[derive(Clone, Debug)]
struct Cuts {
    after: Option<prop::sample::Index>,
    before: Option<prop::sample::Index>,
    size: usize,
    from_the_end: bool,
}

fn cuts() -> impl Strategy<Value = Cuts> {
    (any::<Option<prop::sample::Index>>(), any::<Option<prop::sample::Index>>(), 0..30_usize, any::<bool>())
        .prop_map(|(after, before, size, from_the_end)| Cuts { after, before, size, from_the_end })
}

fn check_pages(
    index: &Arc<Index>,
    plain: &Plain,
    filter: &Filter,
    sort: Sort,
    cuts: &[Cuts],
) -> TestCaseResult {
    let expected = plain.list(filter, sort);
    // Places of all cards: a page begins behind one whether its card is in the list or not.
    let everything = plain.list(&Filter::default(), sort);
    let all = List::new(Arc::clone(index), Filter::default()).unwrap();
    let whole = Stretch { size: usize::MAX, ..Stretch::default() };
    let places: Vec<Place> = all.page(sort, &whole).unwrap().places;
    prop_assert_eq!(places.iter().map(|place| place.id).collect::<Vec<_>>(), everything);

    let list = List::new(Arc::clone(index), filter.clone()).unwrap();
    let rank_of: HashMap<i64, usize> =
        places.iter().enumerate().map(|(rank, place)| (place.id, rank)).collect();
    for cuts in cuts {
        let rank = |cut: &Option<prop::sample::Index>| {
            cut.as_ref().filter(|_| !places.is_empty()).map(|cut| cut.index(places.len()))
        };
        let (after, before) = (rank(&cuts.after), rank(&cuts.before));
        let stretch = Stretch {
            after: after.map(|after| &places[after]),
            before: before.map(|before| &places[before]),
            size: cuts.size,
            from_the_end: cuts.from_the_end,
        };
        // How many of the list are before a rank of all cards.
        let listed = |rank: usize| expected.partition_point(|id| rank_of[id] < rank);
        let cut_after = after.map_or(0, |after| listed(after + 1));
        let cut_before = before.map_or(expected.len(), listed);
        let found = list.page(sort, &stretch).unwrap();
        let (expected, has_previous, has_next) = page(&expected, &stretch, cut_after, cut_before);
        prop_assert_eq!(ids(&found), expected, "{:?} {:?} {:?}", sort, filter, stretch);
        let more = (found.has_previous, found.has_next);
        prop_assert_eq!(more, (has_previous, has_next), "{:?} {:?}", sort, stretch);
    }
    prop_assert_eq!(list.count(), expected.len());
    Ok(())
}

fn told(facet: &Facet) -> Vec<(String, usize, bool)> {
    facet.values.iter().map(|value| (value.value.to_string(), value.count, value.selected)).collect()
}

fn check_counts(index: &Arc<Index>, plain: &Plain, filter: &Filter, buckets: usize) -> TestCaseResult {
    let expected = plain.list(filter, Sort::PriceAsc);
    let list = List::new(Arc::clone(index), filter.clone()).unwrap();
    prop_assert_eq!(list.price_stats(buckets), plain.price_stats(filter, buckets), "{:?}", filter);
    for facet in list.facets() {
        prop_assert_eq!(told(&facet), plain.facet(facet.id, filter), "{:?} {:?}", facet.id, filter);
    }
    prop_assert_eq!(list.count(), expected.len(), "{:?}", filter);
    for id in plain.0.keys().chain(&[-1]) {
        prop_assert_eq!(list.contains(*id), expected.contains(id), "{}", id);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn lists_counts_facets_and_prices_are_those_of_a_scan_after_any_changes(
        first in prop::collection::vec(card(0..60), 0..50),
        changes in prop::collection::vec(change(), 0..60),
        filters in prop::collection::vec(filter(), 1..6),
        cuts in cuts(),
        buckets in 0..60_usize,
    ) {
        let mut index = Index::build(first.clone());
        let mut plain = Plain(first.into_iter().map(|card| (card.id, card)).collect());
        let (before, plain_before) = (Arc::new(index.clone()), plain.clone());
        for change in &changes {
            apply(change, &mut index, &mut plain);
        }
        prop_assert_eq!(index.len(), plain.0.len());
        // The changes leave an earlier snapshot as it was.
        for (index, plain) in [(Arc::new(index), plain), (before, plain_before)] {
            for from in [i64::MIN, 0, 17, i64::MAX] {
                let expected: Vec<i64> = plain.0.range(from..).map(|(id, _)| *id).collect();
                prop_assert_eq!(index.ids_from(from).collect::<Vec<_>>(), expected);
            }
            for filter in &filters {
                check_counts(&index, &plain, filter, buckets)?;
                for sort in SORTS {
                    check_pages(&index, &plain, filter, sort, std::slice::from_ref(&cuts))?;
                }
            }
        }
    }
}

/// Enough cards for every way in which a page can be found, and for sets of several parts of both kinds.
const MANY: i64 = 70_000;

/// Cards by number. There are some hundred different ones, again and again with other prices, so that making them up takes
/// no minutes.
fn numbered(runner: &mut TestRunner) -> impl Fn(i64) -> CardFacts + use<> {
    let any_card = card(0..1).boxed();
    let kinds: Vec<CardFacts> = (0..700).map(|_| any_card.new_tree(runner).unwrap().current()).collect();
    move |id| {
        let kind = &kinds[usize::try_from(id * 7_919 % 700).unwrap()];
        let price = kind.offers.best_price_minor.filter(|price| (0..200_000).contains(price));
        let price = price.map(|price| price + id % 1_013);
        CardFacts {
            id,
            offers: OfferFacts { best_price_minor: price, ..kind.offers.clone() },
            ..kind.clone()
        }
    }
}

#[test]
fn a_large_catalogue_answers_as_a_scan_does_too() {
    const CARDS: i64 = MANY;
    let mut runner = TestRunner::deterministic();
    let numbered = numbered(&mut runner);
    let first = Arc::new(Index::build((0..CARDS).map(&numbered)));
    // What was made for one state of the catalogue is of no use for the next one.
    let counts = filters_of_all_ways()
        .into_iter()
        .map(|(_, filter)| List::new(Arc::clone(&first), filter).unwrap().count());
    assert!(counts.sum::<usize>() > 0);
    let mut index = (*first).clone();
    let mut plain = Plain((0..CARDS).map(|id| (id, numbered(id))).collect());
    for id in (0..CARDS).step_by(37) {
        let upsert = |id, kind| Change::Upsert(Box::new(CardFacts { id, ..numbered(kind) }));
        for change in [Change::Remove(id), upsert(CARDS + id, id + 1), upsert(id + 2, id * 3)] {
            apply(&change, &mut index, &mut plain);
        }
    }
    let index = Arc::new(index);
    for (number, (sort, filter)) in filters_of_all_ways().into_iter().enumerate() {
        let end = |from_the_end| Cuts { after: None, before: None, size: 20, from_the_end };
        let inside = cuts().new_tree(&mut runner).unwrap().current();
        check_pages(&index, &plain, &filter, sort, &[end(false), end(true), inside]).unwrap();
        let list = List::new(Arc::clone(&index), filter.clone()).unwrap();
        assert_eq!(list.price_stats(number), plain.price_stats(&filter, number), "{filter:?}");
        for facet in list.facets().into_iter().skip(number % 3).step_by(3) {
            assert_eq!(told(&facet), plain.facet(facet.id, &filter), "{:?} {filter:?}", facet.id);
        }
    }
}

fn list_prices(index: &Arc<Index>, filter: &Filter, buckets: usize) -> Option<PriceStats> {
    List::new(Arc::clone(index), filter.clone()).unwrap().price_stats(buckets)
}

#[test]
fn what_was_counted_for_one_list_holds_for_others_until_a_card_changes() {
    let numbered = numbered(&mut TestRunner::deterministic());
    let mut index = Index::build((0..MANY).map(&numbered));
    let mut plain = Plain((0..MANY).map(|id| (id, numbered(id))).collect());
    let any = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    let of = |words: &[&str]| Some(SetFilter { all_of: any(words), ..SetFilter::default() });
    let rests = [
        Filter { technologies: of(&["dlss"]), ..Filter::default() },
        Filter { technologies: of(&["dlss"]), brands: any(&["asus"]), ..Filter::default() },
        Filter { shops: any(&["third"]), ..Filter::default() },
    ];
    let mut prices: Vec<i64> = plain.0.values().filter_map(|card| card.offers.best_price_minor).collect();
    prices.sort_unstable();
    for round in 0..2 {
        let asked = Arc::new(index);
        for (number, rest) in rests.iter().enumerate() {
            let middle = Some(Span { min: Some(20_000), max: Some(60_000) });
            let cheapest = Span { min: None, max: Some(prices[100]) };
            let cheapest = Filter { price_minor: Some(cheapest), ..Filter::default() };
            let filters = [
                rest.clone(),
                Filter { price_minor: middle, ..rest.clone() },
                // All but a few.
                Filter { not: Some(Box::new(cheapest)), ..rest.clone() },
            ];
            for filter in filters {
                let list = List::new(Arc::clone(&asked), filter.clone()).unwrap();
                let buckets = 3 + number;
                assert_eq!(list.price_stats(buckets), plain.price_stats(&filter, buckets), "{filter:?}");
                for facet in list.facets().into_iter().skip(round % 2).step_by(2) {
                    assert_eq!(told(&facet), plain.facet(facet.id, &filter), "{:?} {filter:?}", facet.id);
                }
            }
            let other = list_prices(&asked, rest, 7);
            assert_eq!(other, plain.price_stats(rest, 7), "{rest:?}");
        }
        // The one that was asked is changed itself.
        index = Arc::into_inner(asked).unwrap();
        let changes = (0..MANY).step_by(97).map(|id| match id % 3 {
            0 => Change::Remove(id),
            _ => Change::Upsert(Box::new(CardFacts { id, ..numbered(id * 3 + 1) })),
        });
        changes.for_each(|change| apply(&change, &mut index, &mut plain));
    }
}

#[test]
fn the_first_value_of_a_facet_is_told_where_none_was_known() {
    let brand = |slug: &str| Some(BrandFacts { slug: slug.to_owned(), name: slug.to_owned() });
    let card =
        |id| CardFacts { id, brand: brand(if id % 2 == 0 { "asus" } else { "msi" }), ..CardFacts::default() };
    let msi = Filter { brands: Some(vec!["msi".to_owned()]), ..Filter::default() };
    let technologies = |index: &Arc<Index>| {
        let facets = List::new(Arc::clone(index), msi.clone()).unwrap().facets();
        told(facets.iter().find(|facet| facet.id == FacetId::Technologies).unwrap())
    };
    let asked = Arc::new(Index::build((0..10_000).map(card)));
    assert!(technologies(&asked).is_empty());
    let mut index = Arc::into_inner(asked).unwrap();
    index.upsert(&CardFacts { technologies: vec!["dlss".to_owned()], ..card(1) });
    assert_eq!(technologies(&Arc::new(index)).len(), 1);
}

/// Filters for which the first cards are found at once, found after a long way, selected among few, and counted
/// by each way that there is.
fn filters_of_all_ways() -> Vec<(Sort, Filter)> {
    let from = |min| Some(Span { min: Some(min), max: None });
    let of = |all_of: &str| SetFilter { all_of: Some(vec![all_of.to_owned()]), ..SetFilter::default() };
    // What is below `and` doesn't tell where in the order of prices its cards stand.
    let hidden = |filter: Filter| Filter { and: Some(vec![filter]), ..Filter::default() };
    let dear = |min| hidden(Filter { price_minor: from(min), ..Filter::default() });
    let window = Some(Span { min: Some(15_000), max: Some(40_000) });
    let dlss = Filter { technologies: Some(of("dlss")), price_minor: window, ..Filter::default() };
    let length = Filter { length_mm: Some(Span { min: Some(211), max: Some(211) }), ..Filter::default() };
    let asus = Filter { brands: Some(vec!["asus".to_owned()]), ..length.clone() };
    vec![
        (Sort::NameAsc, Filter::default()),
        (Sort::PriceAsc, dlss.clone()),
        (Sort::UpdatedDesc, dlss.clone()),
        (Sort::PriceDesc, Filter { not: Some(Box::new(dlss)), ..Filter::default() }),
        (Sort::DiscountDesc, length),
        (Sort::ReleasedDesc, asus),
        (Sort::PriceAsc, dear(20_000)),
        (Sort::PriceAsc, dear(98_000)),
        (
            Sort::PriceDesc,
            hidden(Filter { price_minor: Some(Span { min: None, max: Some(400) }), ..Filter::default() }),
        ),
        (
            Sort::MemoryDesc,
            Filter { memory_mb: from(9_000), shops: Some(vec!["third".to_owned()]), ..Filter::default() },
        ),
    ]
}
