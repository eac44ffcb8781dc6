//! What a search finds, and in which order.

use std::sync::Arc;

use catalogue_index::{
    BrandFacts, CardFacts, FacetId, Filter, GpuFacts, Index, Key, List, OfferFacts, Place, Sort, Span,
    Stretch,
};
use proptest::{option, prelude::*, sample::select};

use crate::{
    made_up::{SORTS, card, filter},
    plain::{Plain, compare, ids, lets_through},
};

/// Name, brand, chip, codes and price of some real cards; the ids are their places, from 1.
const CARDS: [(&str, &str, &str, &[&str], i64); 12] = [
    (
        "asus tuf gaming geforce rtx 4070 super oc 12gb gddr6x",
        "ASUS",
        "GeForce RTX 4070 SUPER",
        &["TUF-RTX4070S-O12G-GAMING", "90YV0K82-M0NA00", "4711387457092"],
        64_999,
    ),
    ("asus dual geforce rtx 4060 oc 8gb gddr6", "ASUS", "GeForce RTX 4060", &["DUAL-RTX4060-O8G"], 30_999),
    (
        "msi geforce rtx 4070 ti ventus 3x 12gb gddr6x",
        "MSI",
        "GeForce RTX 4070 Ti",
        &["912-V513-204"],
        79_900,
    ),
    (
        "gigabyte geforce rtx 4070 eagle oc 12gb gddr6x",
        "Gigabyte",
        "GeForce RTX 4070",
        &["GV-N4070EAGLE OC-12GD", "0889523038635"],
        58_999,
    ),
    ("sapphire pulse radeon rx 7600 8gb gddr6", "Sapphire", "Radeon RX 7600", &["11324-01-20G"], 25_999),
    (
        "sapphire nitro radeon rx 7900 xtx 24gb gddr6",
        "Sapphire",
        "Radeon RX 7900 XTX",
        &["11322-01-40G"],
        99_900,
    ),
    ("intel arc a770 16gb gddr6", "Intel", "Arc A770", &["21P01J00BA"], 32_900),
    ("palit geforce gtx 770 amp jetstream 2gb gddr5", "Palit", "GeForce GTX 770", &["NE5X77001042"], 5_000),
    ("palit dual", "Palit", "GeForce RTX 4060 Ti", &[], 41_000),
    ("msi geforce rtx 4070 ventus 2x oc 12gb", "MSI", "GeForce RTX 4070", &["4070001234567"], 57_000),
    (
        "zotac gaming geforce rtx 4060 ti twin edge 8gb gddr6",
        "ZOTAC",
        "GeForce RTX 4060 Ti",
        &["ZT-D40610E-10M"],
        38_900,
    ),
    (
        "gainward phantom reunion gs geforce rtx 4070 ti 12gb",
        "Gainward",
        "GeForce RTX 4070 Ti",
        &["471056224-3604"],
        78_000,
    ),
];

fn real_cards() -> Arc<Index> {
    Arc::new(Index::build((1..).zip(CARDS).map(|(id, (name, brand, gpu, codes, price))| CardFacts {
        id,
        name_key: name.to_owned(),
        brand: Some(BrandFacts { slug: brand.to_lowercase(), name: brand.to_owned() }),
        gpu: Some(GpuFacts { slug: gpu.to_lowercase(), name: gpu.to_owned(), maker: "any".to_owned() }),
        offers: OfferFacts { best_price_minor: Some(price), ..OfferFacts::default() },
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        ..CardFacts::default()
    })))
}

fn behind(place: &Place) -> Stretch<'_> {
    Stretch { after: Some(place), size: 5, ..Stretch::default() }
}

fn search(index: &Arc<Index>, text: &str) -> Vec<i64> {
    let filter = Filter { search: Some(text.to_owned()), ..Filter::default() };
    let list = List::new(Arc::clone(index), filter).unwrap();
    ids(&list.page(Sort::Relevance, &Stretch { size: 100, ..Stretch::default() }).unwrap())
}

#[test]
fn words_find_the_cards_that_people_mean_and_the_best_first() {
    let index = real_cards();
    let cases: &[(&str, &[i64])] = &[
        // Any order, glued or not, any case, accents and alphabet.
        ("rtx 4070 ti", &[3, 12]),
        ("sapphire 7600", &[5]),
        ("7600 SAPPHIRE", &[5]),
        ("Säpphîre pulse", &[5]),
        ("Палит", &[9, 8]),
        ("a770", &[7]),
        ("A 770", &[7]),
        ("770", &[7, 8]),
        ("12GB ventus", &[10, 3]),
        ("12 gb ventus", &[10, 3]),
        ("rx7900xtx", &[6]),
        // Beginnings.
        ("sapp pul", &[5]),
        ("pal", &[9, 8]),
        ("zot gam", &[11]),
        ("ga rtx", &[]),
        ("rtx ga", &[11, 12, 1]),
        ("40", &[9, 10, 2, 3, 4, 11, 12, 1]),
        // Typos: a letter wrong, missing, too many, or two that changed places; two of them in a long word.
        ("gefroce 4060", &[9, 2, 11]),
        ("saphire pulse", &[5]),
        ("sapphirre pulse", &[5]),
        ("saphirre pulse", &[5]),
        ("gigabite", &[4]),
        ("zotsc", &[11]),
        ("zotsx", &[]),
        ("msl", &[]),
        // Digits must be right.
        ("rtx 4071", &[]),
        ("4080", &[]),
        ("rtx 406", &[9, 2, 11]),
        // Brands and chips, where the name doesn't say.
        ("4060 ti palit", &[9]),
        // Codes, whole, begun, with other separators, beside words, as the whole query.
        ("90YV0K82-M0NA00", &[1]),
        ("90yv0k82", &[1]),
        ("asus 90YV0K82-M0NA00", &[1]),
        ("msi 90YV0K82-M0NA00", &[]),
        ("GV-N4070EAGLE OC-12GD", &[4]),
        ("gv n4070 eagle", &[4]),
        ("4711387457092", &[1]),
        ("471138", &[1]),
        ("47113", &[]),
        ("889523038635", &[4]),
        ("00889523038635", &[4]),
        ("912-v513", &[3]),
        ("471056224-3604", &[12]),
        ("4710562243604", &[12]),
        // Nothing that is there.
        ("voodoo", &[]),
        ("rtx voodoo", &[]),
    ];
    let found = |(text, _): &(&'static str, _)| (*text, search(&index, text));
    let found: Vec<(&str, Vec<i64>)> = cases.iter().map(found).collect();
    let wrong: Vec<_> = found.iter().zip(cases).filter(|(found, case)| found.1 != case.1).collect();
    assert!(wrong.is_empty(), "found, and expected: {wrong:?}");
}

#[test]
fn of_many_codes_that_begin_alike_one_that_is_asked_for_whole_finds_no_other() {
    // In several leaves of the order of codes, built at once and one by one.
    let codes = |id: i64| match id {
        7 => vec!["471".to_owned(), "4711".to_owned()],
        8 => vec!["47113".to_owned()],
        _ => vec![format!("47113{:08}", id * 7_919)],
    };
    let card = |id| CardFacts { id, name_key: "card".to_owned(), codes: codes(id), ..CardFacts::default() };
    let mut one_by_one = Index::new();
    for id in (1..=1_000).rev() {
        one_by_one.upsert(&card(id));
    }
    for index in [Index::build((1..=1_000).map(card)), one_by_one] {
        let index = Arc::new(index);
        for (text, expected) in [("471", vec![7]), ("4711", vec![7]), ("47113", vec![8]), ("47", vec![])] {
            assert_eq!(search(&index, text), expected, "{text}");
        }
        let list =
            List::new(Arc::clone(&index), Filter { search: Some("471130".to_owned()), ..Filter::default() });
        let begin_so =
            (1..=1_000).filter(|id| codes(*id).iter().any(|code| code.starts_with("471130"))).count();
        assert_eq!(list.unwrap().count(), begin_so);
    }
}

#[test]
fn one_product_number_never_finds_another_nor_a_barcode_that_begins_like_it() {
    let index = real_cards();
    for text in ["4070", "rtx 4070", "geforce 4070", "rtx4070", "4070 rtx", "nvidia4070"] {
        let found = search(&index, text);
        let wrong: Vec<i64> = found
            .iter()
            .filter(|id| !CARDS[usize::try_from(**id - 1).unwrap()].2.contains("4070"))
            .copied()
            .collect();
        assert_eq!(wrong, [0_i64; 0], "{text}");
        assert_eq!(found.is_empty(), text.contains("nvidia"), "{text}");
    }
}

#[test]
fn a_word_that_is_known_is_a_typo_only_of_much_more_frequent_ones() {
    let named = |id: i64, name: &str| CardFacts { id, name_key: name.to_owned(), ..CardFacts::default() };
    let many = (10..40).map(|id| named(id, "geforce dual"));
    let index =
        Arc::new(Index::build([named(1, "gefroce duel"), named(2, "gefroce duel")].into_iter().chain(many)));
    // 30 against 2: the misspelt name is found, and what was meant too.
    assert_eq!(search(&index, "gefroce").len(), 32);
    assert_eq!(search(&index, "gefroce")[..2], [1, 2]);
    assert_eq!(search(&index, "geforce").len(), 30);
    let few = (10..20).map(|id| named(id, "geforce dual"));
    let index = Arc::new(Index::build([named(1, "duel"), named(2, "duel")].into_iter().chain(few)));
    assert_eq!(search(&index, "duel"), [1, 2]);
}

#[test]
fn suggestions_are_the_best_of_what_is_found_while_typing() {
    let index = real_cards();
    let cases: &[(&str, usize, &[i64])] = &[
        ("rtx 4070 t", 3, &[3, 12, 1]),
        ("geforce rtx 4070 s", 1, &[1]),
        ("sap", 8, &[5, 6]),
        ("gefo", 2, &[9, 10]),
        ("", 8, &[]),
        (" - ", 8, &[]),
        ("sap", 0, &[]),
        ("voodoo", 8, &[]),
    ];
    for (text, most, expected) in cases {
        assert_eq!(index.suggest(text, *most), *expected, "{text}");
    }
}

#[test]
fn another_name_of_a_brand_is_found_at_once_and_the_old_one_no_more() {
    let mut index = Index::clone(&real_cards());
    index.set_label(FacetId::Brands, "palit", "Gainward House");
    let index = Arc::new(index);
    assert_eq!(search(&index, "house 4060 ti"), [9]);
    // The name of the card itself still says it.
    assert_eq!(search(&index, "palit dual"), [9]);
    let list = List::new(index, Filter::default()).unwrap();
    let brands = list.facets().into_iter().find(|facet| facet.id == FacetId::Brands).unwrap();
    assert!(brands.values.iter().any(|brand| &*brand.value == "palit" && &*brand.label == "Gainward House"));
}

#[test]
fn values_of_facets_are_in_the_order_of_what_they_are_called_by_now() {
    let card = |id, slug: &str| CardFacts {
        id,
        brand: Some(BrandFacts { slug: slug.to_owned(), name: slug.to_owned() }),
        ..CardFacts::default()
    };
    // The index that was asked is changed itself.
    let brands = |index: Index| {
        let asked = Arc::new(index);
        let facets = List::new(Arc::clone(&asked), Filter::default()).unwrap().facets();
        let brands = facets.into_iter().find(|facet| facet.id == FacetId::Brands).unwrap();
        let brands: Vec<String> = brands.values.iter().map(|brand| brand.value.to_string()).collect();
        (Arc::into_inner(asked).unwrap(), brands.join(" "))
    };
    let index = Index::build([card(1, "msi"), card(2, "asus"), card(3, "palit")]);
    let (mut index, found) = brands(index);
    assert_eq!(found, "asus msi palit");
    index.set_label(FacetId::Brands, "asus", "the makers of TUF");
    let (mut index, found) = brands(index);
    assert_eq!(found, "msi palit asus");
    index.upsert(&card(4, "nvidia"));
    assert_eq!(brands(index).1, "msi nvidia palit asus");
}

#[test]
fn a_place_of_another_sort_or_of_a_list_without_search_is_refused() {
    let index = real_cards();
    let list = |search: Option<&str>| {
        let filter = Filter {
            search: search.map(str::to_owned),
            price_minor: Some(Span::default()),
            ..Filter::default()
        };
        List::new(Arc::clone(&index), filter).unwrap()
    };
    let (all, searched) = (list(None), list(Some("rtx")));
    let first = |list: &List, sort| {
        list.page(sort, &Stretch { size: 1, ..Stretch::default() }).unwrap().places.remove(0)
    };
    let by_price = first(&all, Sort::Relevance);
    let by_score = first(&searched, Sort::Relevance);
    assert!(matches!(by_score.key, Key::Relevance { .. }));
    assert!(all.page(Sort::PriceAsc, &behind(&by_price)).is_ok());
    assert!(all.page(Sort::Relevance, &behind(&by_score)).is_err());
    assert!(searched.page(Sort::Relevance, &behind(&by_price)).is_err());
    for sort in SORTS {
        let own = first(&all, sort);
        let kind = |sort| std::mem::discriminant(&first(&all, sort).key);
        let others = SORTS.into_iter().filter(|other| kind(*other) != kind(sort));
        for other in others {
            assert!(all.page(other, &behind(&own)).is_err(), "{sort:?} {other:?}");
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "dual", "eagle", "gaming", "tuf", "strix", "ventus", "2x", "white", "asus", "gigabyte", "msi",
            "palit", "sapphire", "rtx", "4070", "4060", "ti", "rx7600", "arc", "a770",
        ][..],
    );
    let spoilt = (known.clone(), any::<prop::sample::Index>(), 0..4_u8).prop_map(|(word, at, how)| {
        let mut letters: Vec<char> = word.chars().collect();
        let at = at.index(letters.len());
        match how {
            0 => letters.truncate(at + 1),
            1 => drop(letters.remove(at)),
            2 => letters.insert(at, 'e'),
            _ if at > 0 => letters.swap(at - 1, at),
            _ => {}
        }
        letters.into_iter().collect()
    });
    prop_oneof![4 => known.prop_map(str::to_owned), 3 => spoilt, 2 => "[a-c]{2}-?[0-9]{1,3}[a-c]?", 1 => "[a-z0-9-]{0,3}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_search_finds_what_its_documentation_says_in_pages_that_follow_each_other(
        cards in prop::collection::vec(card(0..80), 0..120),
        gone in prop::collection::vec(0..80_i64, 0..10),
        words in prop::collection::vec(word(), 0..4),
        filter in option::of(filter()),
        size in 1..9_usize,
    ) {
        let (first, changes) = cards.split_at(cards.len() / 2);
        let mut index = Index::build(first.to_vec());
        for card in changes {
            index.upsert(card);
        }
        let mut plain = Plain(cards.into_iter().map(|card| (card.id, card)).collect());
        for id in gone {
            prop_assert_eq!(index.remove(id), plain.0.remove(&id).is_some());
        }
        let (index, query, filter) = (Arc::new(index), words.join(" "), filter.unwrap_or_default());
        let list = List::new(Arc::clone(&index), Filter { search: Some(query.clone()), ..filter.clone() }).unwrap();
        let found = plain.found(&query);
        let mut expected = found.as_ref().map_or_else(|| plain.list(&Filter::default(), Sort::PriceAsc), |found| plain.ranked(found));
        expected.retain(|id| lets_through(&filter, &plain.0[id]));
        prop_assert_eq!(list.count(), expected.len(), "{}", query);

        let (mut forwards, mut after) = (Vec::new(), None);
        loop {
            let page = list.page(Sort::Relevance, &Stretch { after: after.as_ref(), size, ..Stretch::default() }).unwrap();
            prop_assert_eq!(page.has_previous, !forwards.is_empty());
            forwards.extend(ids(&page));
            prop_assert_eq!(page.has_next, forwards.len() < expected.len());
            if !page.has_next { break; }
            after = page.places.last().cloned();
        }
        prop_assert_eq!(&forwards, &expected, "{}", query);
        let (mut backwards, mut before) = (Vec::new(), None);
        loop {
            let stretch = Stretch { before: before.as_ref(), size, from_the_end: true, ..Stretch::default() };
            let page = list.page(Sort::Relevance, &stretch).unwrap();
            prop_assert_eq!(page.has_next, !backwards.is_empty());
            backwards.splice(0..0, ids(&page));
            prop_assert_eq!(page.has_previous, backwards.len() < expected.len());
            if !page.has_previous { break; }
            before = page.places.first().cloned();
        }
        prop_assert_eq!(&backwards, &expected, "{}", query);
        for sort in SORTS.into_iter().skip(1) {
            let page = list.page(sort, &Stretch { size: 200, ..Stretch::default() }).unwrap();
            let mut sorted = expected.clone();
            sorted.sort_by(|one, two| compare(sort, &plain.0[one], &plain.0[two]));
            prop_assert_eq!(ids(&page), sorted, "{:?}", sort);
        }
        let unfiltered = found.map(|found| plain.ranked(&found)).unwrap_or_default();
        prop_assert_eq!(index.suggest(&query, size), unfiltered.into_iter().take(size).collect::<Vec<_>>());
    }
}
