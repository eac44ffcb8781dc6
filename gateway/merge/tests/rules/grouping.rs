//! Which listings are one product.

use merge::{ListingRef, MatchKind, Override};

use crate::listings::{coded, grouped, partition, titled};

type Shelf = Vec<(&'static str, events::Listing)>;

fn titles(titles: &[(&'static str, &str)]) -> Shelf {
    titles.iter().map(|(shop, title)| (*shop, titled(title))).collect()
}

fn codes(listings: &[(&'static str, &str, &[&str])]) -> Shelf {
    listings.iter().map(|(shop, title, codes)| (*shop, coded(title, codes))).collect()
}

fn groups(shelf: &Shelf) -> Vec<Vec<i64>> {
    partition(&grouped(shelf, &[]))
}

#[test]
fn equal_codes_join_any_number_of_listings_even_of_one_shop() {
    let shelf = codes(&[
        ("netvideo", "Gainward RTX 4070 Ghost", &["4710562242041"]),
        ("netvideo", "Gainward GeForce RTX 4070 12GB", &["4710562242041"]),
        ("countrylink", "Gainward RTX4070 Ghost OC 12G", &["4710562242041"]),
    ]);
    let grouping = grouped(&shelf, &[]);
    assert_eq!(partition(&grouping), [[0, 1, 2]]);
    assert_eq!(grouping.groups[0].by, MatchKind::Gtin);
    assert!(grouping.groups[0].explanation.contains("4710562242041"), "{}", grouping.groups[0].explanation);
}

#[test]
fn marketing_code_and_factory_code_meet_in_a_listing_that_carries_both() {
    let shelf = codes(&[
        ("netvideo", "ASUS TUF Gaming RTX 4070 OC 12GB", &["TUF-RTX4070-O12G-GAMING"]),
        ("countrylink", "Asus RTX4070 12G", &["90YV0IZ0-M0NA00"]),
        ("other", "asus tuf-rtx4070-o12g-gaming (90YV0IZ0-M0NA00)", &[]),
    ]);
    let grouping = grouped(&shelf, &[]);
    assert_eq!(partition(&grouping), [[0, 1, 2]]);
    assert_eq!(grouping.groups[0].by, MatchKind::Mpn);
}

#[test]
fn one_bad_code_does_not_chain_two_products() {
    // The third listing has the barcode of the first and the part number of the second.
    let shelf = codes(&[
        ("netvideo", "Palit RTX 4060 Ti Dual 8GB", &["4710562242041"]),
        ("countrylink", "Palit RTX 4060 Ti Dual 16GB", &["NE6406T019T1-1061D"]),
        ("other", "Palit RTX 4060 Ti Dual", &["4710562242041", "NE6406T019T1-1061D"]),
    ]);
    let grouping = grouped(&shelf, &[]);
    assert_eq!(grouping.groups.len(), 2, "{grouping:?}");
    assert!(grouping.doubts.iter().any(|doubt| doubt.explanation.contains("8 GB")), "{:?}", grouping.doubts);
    // The titles of all others differ though nothing contradicts: one barcode is not enough to make them one.
    let shelf = codes(&[
        ("netvideo", "KFA2 RTX 4070 EX 12GB", &["47NOM7MD7LKK"]),
        ("countrylink", "KFA2 RTX 4070 EX 12GB", &["47NOM7MD7LKK", "4711387457092"]),
        ("netvideo", "KFA2 RTX 4070 EX OC White 12GB", &["47NOM7MD8WKK", "4711387457092"]),
        ("countrylink", "KFA2 RTX 4070 EX OC White 12GB", &["47NOM7MD8WKK"]),
    ]);
    assert_eq!(groups(&shelf), [[0, 1], [2, 3]]);
}

#[test]
fn a_contradiction_is_stronger_than_a_shared_code() {
    for (one, other) in [
        ("Palit RTX 4060 Ti Dual 8GB", "Palit RTX 4060 Ti Dual 16GB"),
        ("Palit RTX 4070 Dual", "Palit RTX 4070 Ti Dual"),
        ("Palit RTX 4070 Dual", "Palit RTX 4070 SUPER Dual"),
        ("XFX RX 7900 XT Merc", "XFX RX 7900 XTX Merc"),
        ("Palit RTX 4070 Dual", "Gainward RTX 4070 Ghost"),
        ("Palit RTX 4070 Dual", "Palit RTX 4070 GameRock"),
    ] {
        let shelf =
            codes(&[("netvideo", one, &["4710562242041"]), ("countrylink", other, &["4710562242041"])]);
        let grouping = grouped(&shelf, &[]);
        assert_eq!(grouping.groups.len(), 2, "{one} and {other}");
        assert_eq!(grouping.doubts.len(), 1, "{one} and {other}");
    }
}

#[test]
fn different_codes_of_one_numbering_are_different_products() {
    let title = "Gigabyte GeForce RTX 4070 Eagle OC 12GB";
    let shelf = codes(&[
        ("netvideo", title, &["GV-N4070EAGLE OC-12GD"]),
        ("countrylink", title, &["GV-N4070EAGLE OCV2-12GD"]),
    ]);
    assert_eq!(groups(&shelf).len(), 2);
    let shelf = codes(&[
        ("netvideo", title, &["GV-N4070EAGLE OC-12GD"]),
        ("countrylink", title, &["gv n4070eagle oc 12gd"]),
    ]);
    assert_eq!(groups(&shelf).len(), 1);
    // What follows a code is part of it.
    let shelf = codes(&[
        ("netvideo", "Gigabyte RTX 4070 Eagle (GV-N4070EAGLE-12GD-WHITE)", &[]),
        ("countrylink", "Gigabyte RTX 4070 Eagle (GV N4070EAGLE 12GD)", &[]),
    ]);
    assert_eq!(groups(&shelf).len(), 2);
}

#[test]
fn titles_that_say_the_same_join_one_listing_of_each_shop() {
    let shelf = titles(&[
        ("netvideo", "Видеокарта MSI GeForce RTX 4070 SUPER 12G VENTUS 2X OC"),
        ("countrylink", "MSI RTX4070S Ventus 2X OC 12GB GDDR6X Grafikkarte"),
        ("other", "carte graphique msi ventus 2x oc geforce rtx 4070 super 12 Go"),
    ]);
    let grouping = grouped(&shelf, &[]);
    assert_eq!(partition(&grouping), [[0, 1, 2]]);
    assert_eq!(grouping.groups[0].by, MatchKind::Title);
    assert!(
        grouping.groups[0].explanation.contains("GeForce RTX 4070 SUPER"),
        "{}",
        grouping.groups[0].explanation
    );
    // A shop that has two listings with one title: one of them joins.
    let shelf = titles(&[
        ("netvideo", "MSI RTX 4070 Ventus 2X OC 12GB"),
        ("netvideo", "MSI RTX 4070 Ventus 2X OC 12GB"),
        ("countrylink", "MSI RTX 4070 Ventus 2X OC 12GB"),
    ]);
    assert_eq!(groups(&shelf).len(), 2);
}

#[test]
fn titles_that_differ_in_one_telling_word_stay_apart() {
    let base = "ASUS Dual GeForce RTX 3060 12GB";
    for other in [
        "ASUS Dual GeForce RTX 3060 OC 12GB",
        "ASUS Dual GeForce RTX 3060 V2 12GB",
        "ASUS Dual GeForce RTX 3060 White 12GB",
        "ASUS Dual GeForce RTX 3060 LHR 12GB",
        "ASUS Dual GeForce RTX 3060 EVO 12GB",
        "ASUS Dual GeForce RTX 3060 8GB",
        "ASUS Dual GeForce RTX 3060 Ti 12GB",
        "ASUS Dual Mini GeForce RTX 3060 12GB",
        "ASUS Dual Nebula Comet Quasar GeForce RTX 3060 12GB",
        "ASUS GeForce RTX 3060 12GB",
        "MSI Dual GeForce RTX 3060 12GB",
    ] {
        assert_eq!(groups(&titles(&[("netvideo", base), ("countrylink", other)])).len(), 2, "{other}");
    }
}

#[test]
fn a_size_that_is_left_out_is_the_usual_one_or_none() {
    let pair = |one, other| groups(&titles(&[("netvideo", one), ("countrylink", other)])).len();
    assert_eq!(pair("Palit RTX 4070 Dual", "Palit RTX 4070 Dual 12GB"), 1);
    assert_eq!(pair("Palit RTX 4060 Ti Dual", "Palit RTX 4060 Ti Dual 8GB"), 2);
}

#[test]
fn of_two_listings_that_fit_as_well_neither_is_chosen_by_chance() {
    let shelf = codes(&[
        ("netvideo", "KFA2 RTX 4070 EX 12GB", &["4711387457092"]),
        ("netvideo", "KFA2 RTX 4070 EX 12GB", &["4710562242041"]),
        ("countrylink", "KFA2 RTX 4070 EX 12GB", &[]),
    ]);
    let grouping = grouped(&shelf, &[]);
    assert_eq!(grouping.groups.len(), 3);
    assert!(!grouping.doubts.is_empty());
}

#[test]
fn a_persons_decision_wins_over_every_rule() {
    let same = ("netvideo", "Palit RTX 4070 Dual 12GB", &["4710562242041"][..]);
    let shelf = codes(&[same, ("countrylink", "Palit RTX 4070 Dual 12GB", &["4710562242041"])]);
    let split = [Override::Split(ListingRef(1), ListingRef(0))];
    let grouping = grouped(&shelf, &split);
    assert_eq!(partition(&grouping).len(), 2);
    assert!(grouping.doubts.is_empty(), "what a person has split is no doubt any more");

    let shelf = codes(&[same, ("countrylink", "Palit RTX 4070 Ti GameRock 16GB", &[])]);
    let join = [Override::Join(ListingRef(0), ListingRef(1))];
    let grouping = grouped(&shelf, &join);
    assert_eq!(partition(&grouping), [[0, 1]]);
    assert_eq!(grouping.groups[0].by, MatchKind::Override);

    // A split holds against a chain of joins, and a decision about an unknown listing is none.
    let shelf = codes(&[same, same, same]);
    let both = [
        Override::Join(ListingRef(0), ListingRef(1)),
        Override::Join(ListingRef(1), ListingRef(2)),
        Override::Split(ListingRef(0), ListingRef(2)),
        Override::Join(ListingRef(0), ListingRef(77)),
    ];
    assert_eq!(partition(&grouped(&shelf, &both)), [vec![0, 1], vec![2]]);
}
