//! Nothing that can be said makes the index panic.

use std::sync::Arc;

use catalogue_index::{
    CardFacts, Filter, Index, Key, List, OfferFacts, Place, SetFilter, Sort, Span, Stretch,
};
use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;

use crate::made_up::{SORTS, card};

fn ask(index: &Arc<Index>, filter: Filter) {
    let list = List::new(Arc::clone(index), filter).unwrap();
    for sort in SORTS {
        for from_the_end in [false, true] {
            for size in [0, 1, usize::MAX] {
                list.page(sort, &Stretch { size, from_the_end, ..Stretch::default() }).unwrap();
            }
        }
    }
    let facets = list.facets();
    assert!(facets.iter().flat_map(|facet| &facet.values).all(|value| value.count <= index.len()));
    for buckets in [0, 1, 50, usize::MAX] {
        if let Some(stats) = list.price_stats(buckets) {
            assert!((1..=50).contains(&stats.buckets.len()));
        }
    }
    assert!(list.count() <= index.len());
}

fn any_key() -> impl Strategy<Value = Key> {
    prop_oneof![
        any::<i64>().prop_map(Key::Number),
        any::<i64>().prop_map(|micros| Key::Time(
            DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
        )),
        any::<i32>()
            .prop_map(|days| Key::Day(NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MIN))),
        any::<String>().prop_map(Key::Text),
        (any::<u32>(), any::<i64>()).prop_map(|(score, price_minor)| Key::Relevance { score, price_minor }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_text_and_any_number_are_answered(
        cards in prop::collection::vec(card(-5..5), 0..10),
        text in any::<String>(),
        span in (any::<Option<i64>>(), any::<Option<i64>>()),
        places in (any_key(), any_key(), any::<i64>()),
    ) {
        let mut index = Index::build(cards.clone());
        for card in &cards {
            index.upsert(&CardFacts { name_key: text.clone(), codes: vec![text.clone()], ..card.clone() });
        }
        let index = Arc::new(index);
        let span = Some(Span { min: span.0, max: span.1 });
        let search = Some(text.clone());
        let filter = Filter { price_minor: span, memory_mb: span, length_mm: span, search, ..Filter::default() };
        ask(&index, filter.clone());
        index.suggest(&text, usize::MAX);
        let places = [Place { key: places.0, id: places.2 }, Place { key: places.1, id: i64::MAX }];
        for list in [Filter::default(), filter].map(|filter| List::new(Arc::clone(&index), filter).unwrap()) {
            for sort in SORTS {
                let stretch = Stretch { after: Some(&places[0]), before: Some(&places[1]), size: 3, from_the_end: false };
                // Whether it is refused or not: it is an answer.
                let _ = list.page(sort, &stretch);
                let _ = list.page(sort, &Stretch { from_the_end: true, ..stretch });
            }
        }
    }
}

#[test]
fn huge_texts_lists_and_nestings_are_answered() {
    let facts = |id: i64, name: &str| CardFacts {
        id,
        name_key: name.to_owned(),
        offers: OfferFacts { best_price_minor: Some(id), ..OfferFacts::default() },
        ..CardFacts::default()
    };
    let megabyte = "gefroce 4070 жук-".repeat(50_000);
    let mut index = Index::build((0..500).map(|id| facts(id, "geforce rtx 4070")));
    index.upsert(&CardFacts { codes: vec![megabyte.clone(); 100], ..facts(7, &megabyte) });
    let index = Arc::new(index);
    for text in [
        megabyte.clone(),
        "a".repeat(1 << 20),
        "1".repeat(1 << 20),
        "ж".repeat(1 << 20),
        "a1".repeat(1 << 19),
        " ".repeat(1 << 20),
    ] {
        index.suggest(&text, 10);
        ask(&index, Filter { search: Some(text), ..Filter::default() });
    }
    let many: Vec<String> = (0..20_000).map(|number| format!("value {number}")).collect();
    let set =
        SetFilter { all_of: Some(many.clone()), any_of: Some(many.clone()), none_of: Some(many.clone()) };
    ask(&index, Filter { technologies: Some(set), brands: Some(many), ..Filter::default() });
    let wide = vec![Filter { price_minor: Some(Span { min: Some(5), max: None }), ..Filter::default() }; 200];
    ask(&index, Filter { and: Some(wide.clone()), or: Some(wide), ..Filter::default() });
    let nested = |depth: usize| {
        (0..depth)
            .fold(Filter::default(), |inner, _| Filter { not: Some(Box::new(inner)), ..Filter::default() })
    };
    ask(&index, nested(Filter::DEEPEST));
    assert!(List::new(Arc::clone(&index), nested(Filter::DEEPEST + 1)).is_err());
}

#[test]
fn an_index_without_cards_answers_too() {
    ask(&Arc::new(Index::new()), Filter::default());
    let mut index = Index::build([CardFacts::default()]);
    assert!(index.remove(0) && !index.remove(0) && index.is_empty() && !index.contains(0));
    ask(&Arc::new(index), Filter { search: Some("rtx".to_owned()), ..Filter::default() });
}

#[test]
fn prices_at_the_ends_of_what_a_number_can_be_fall_into_a_bucket_each() {
    let facts = |id: i64, price: i64| {
        let offers = OfferFacts { best_price_minor: Some(price), ..OfferFacts::default() };
        CardFacts { id, offers, ..CardFacts::default() }
    };
    let index =
        Arc::new(Index::build([facts(1, 0), facts(2, i64::MAX - 1), facts(3, i64::MAX), facts(4, -1)]));
    let list = List::new(index, Filter::default()).unwrap();
    for buckets in [1, 7, 50] {
        let stats = list.price_stats(buckets).unwrap();
        assert_eq!((stats.min_minor, stats.max_minor, stats.median_minor), (0, i64::MAX - 1, 0));
        assert_eq!(stats.buckets.iter().map(|bucket| bucket.count).sum::<usize>(), 2);
    }
    assert_eq!(
        list.page(Sort::PriceAsc, &Stretch { size: 1, ..Stretch::default() }).unwrap().places[0].id,
        1
    );
}

#[test]
fn indexes_and_lists_can_be_held_by_any_thread() {
    fn can_be_held<T: Send + Sync + 'static>() {}
    can_be_held::<Index>();
    can_be_held::<List>();
}
