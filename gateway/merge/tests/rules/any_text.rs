//! Whatever a shop writes, nothing panics, nothing gets lost, and the order of arrival means nothing.

use std::time::{Duration, Instant};

use crate::listings::{coded, grouped, partition, titled};
use merge::{Candidate, Identity, ListingRef, Override, ProductKind, group};
use proptest::prelude::*;

const HOUSES: [&str; 4] = ["ASUS", "MSI", "Gigabyte", ""];
const LINES: [&str; 5] = ["TUF Gaming", "Ventus 2X", "Eagle", "Dual", "Nebula Comet"];
const CHIPS: [&str; 4] = ["GeForce RTX 3060", "RTX3060 Ti", "RTX 3080", "RX 6700 XT"];
const SIZES: [&str; 4] = ["8GB", "12 G", "12288 MB", ""];
const MARKS: [&str; 6] = ["", "OC", "White", "V2", "LHR", "LHR OC"];
const CODES: [&str; 6] = [
    "",
    "4711387457092",
    "4710562242041",
    "GV-N3060EAGLE OC-12GD",
    "TUF-RTX3060-O12G-GAMING",
    "90YV0G11-M0NA00",
];
const SHOPS: [&str; 3] = ["countrylink", "netvideo", "other"];

prop_compose! {
    /// Listings that are alike enough to be taken for one another.
    fn alike()(
        shop in 0..SHOPS.len(), house in 0..HOUSES.len(), line in 0..LINES.len(), chip in 0..CHIPS.len(),
        size in 0..SIZES.len(), mark in 0..MARKS.len(), codes in prop::collection::vec(0..CODES.len(), 0..3),
    ) -> (&'static str, events::Listing) {
        let title = [HOUSES[house], LINES[line], CHIPS[chip], SIZES[size], MARKS[mark]].join(" ");
        let codes: Vec<&str> = codes.into_iter().map(|code| CODES[code]).filter(|code| !code.is_empty()).collect();
        (SHOPS[shop], coded(&title, &codes))
    }
}

fn candidates<'a>(
    listings: &'a [(&'static str, events::Listing)],
    identities: &'a [Identity],
    ids: &'a [String],
) -> Vec<Candidate<'a>> {
    (0..listings.len())
        .map(|at| Candidate {
            listing: ListingRef(i64::try_from(at).expect("there are few listings")),
            shop: listings[at].0,
            shop_listing_id: &ids[at],
            identity: &identities[at],
        })
        .collect()
}

/// Failing cases become cases of the tables in the other files instead of files of their own.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn reading_never_panics(title in "\\PC{0,300}", brand in "\\PC{0,40}", code in "\\PC{0,40}") {
        let listing = events::Listing { brand: Some(brand), gpu: Some(code.clone()), mpns: vec![code.clone()], gtins: vec![code], ..titled(&title) };
        for key in Identity::read(&listing).keys() {
            prop_assert!(key.as_str().len() <= 80);
        }
    }

    #[test]
    fn reading_words_of_the_trade_never_panics(words in prop::collection::vec(
        prop::sample::select(vec!["rtx", "gtx", "rx", "r9", "vega", "radeon", "pro", "quadro", "titan", "arc", "a", "ti", "super", "gv", "90yv", "90YV0", "zt",
            "vcg", "ne", "3070", "30", "1080ti", "7900xtx", "12g", "o12g", "gb", "-", "/", "+", ".", "(", "|", "2x", "hdmi", "x", "rev", "v2", "π", "显卡", "é", "v123456r", "912", "v390", "dp", "axrx", "8gbd6", "90", "ga1lzz", "08g", "p5", "11304", "01"]), 0..40)
    ) {
        for separator in ["", " ", "-"] {
            let _ = Identity::read(&titled(&words.join(separator)));
        }
    }

    #[test]
    fn every_card_is_in_one_group_and_the_order_means_nothing(
        listings in prop::collection::vec(alike(), 1..14),
        order in prop::collection::vec(any::<prop::sample::Index>(), 14),
        pairs in prop::collection::vec((0..14_i64, 0..14_i64, any::<bool>()), 0..3),
    ) {
        let identities: Vec<Identity> = listings.iter().map(|(_, listing)| Identity::read(listing)).collect();
        let ids: Vec<String> = (0..listings.len()).map(|number| number.to_string()).collect();
        let overrides: Vec<Override> = pairs
            .iter()
            .filter(|(a, b, _)| a != b)
            .map(|(a, b, join)| if *join { Override::Join(ListingRef(*a), ListingRef(*b)) } else { Override::Split(ListingRef(*a), ListingRef(*b)) })
            .collect();
        let straight = candidates(&listings, &identities, &ids);
        let grouping = group(&straight, &overrides);
        let mut seen: Vec<i64> = grouping.groups.iter().flat_map(|group| &group.members).map(|member| member.0).collect();
        seen.sort_unstable();
        let cards: Vec<i64> = (0..).zip(&identities).filter(|(_, identity)| identity.kind == ProductKind::Card).map(|(number, _)| number).collect();
        prop_assert_eq!(seen, cards);
        let mut shuffled = straight;
        for (at, index) in order.iter().enumerate().take(shuffled.len()) {
            let other = index.index(shuffled.len());
            shuffled.swap(at, other);
        }
        let mut backwards = overrides.clone();
        backwards.reverse();
        prop_assert_eq!(group(&shuffled, &backwards), grouping);
    }

    #[test]
    fn no_group_holds_two_sizes_or_two_chips(listings in prop::collection::vec(alike(), 1..14)) {
        for group in grouped(&listings, &[]).groups {
            let read: Vec<Identity> = group.members.iter().map(|member| Identity::read(&listings[usize::try_from(member.0).unwrap()].1)).collect();
            let mut sizes: Vec<u32> = read.iter().filter_map(|identity| identity.memory_mb).collect();
            sizes.sort_unstable();
            sizes.dedup();
            let mut chips: Vec<String> = read.iter().filter_map(|identity| identity.gpu.as_ref().map(|gpu| gpu.slug.clone())).collect();
            chips.sort();
            chips.dedup();
            prop_assert!(sizes.len() <= 1 && chips.len() <= 1, "{:?} {:?} {}", sizes, chips, group.explanation);
        }
    }
}

#[test]
fn a_title_of_a_megabyte_is_read_as_fast_as_any() {
    for title in [
        "GeForce RTX 4070 12GB ".repeat(50_000),
        "a".repeat(1_000_000),
        "1".repeat(1_000_000),
        "π-".repeat(500_000),
    ] {
        let start = Instant::now();
        let identity = Identity::read(&titled(&title));
        assert!(start.elapsed() < Duration::from_millis(250), "{:?}", start.elapsed());
        assert!(serde_json::to_string(&identity).unwrap().len() < 10_000);
    }
}

#[test]
fn a_barcode_that_a_hundred_listings_share_is_nobodys() {
    let listings: Vec<(&str, events::Listing)> = (0..100)
        .map(|number| ("netvideo", coded(&format!("Card number {number}"), &["4711387457092"])))
        .collect();
    assert_eq!(partition(&grouped(&listings, &[])).len(), 100);
}
