//! What a card says, field by field.

use chrono::{DateTime, TimeDelta, Utc};
use events::{Bus, Output, SupportedTechnology};
use merge::{Card, Identity, ListingRef, Member, SourceValue, assemble};

use crate::listings::{coded, titled};

fn card(listings: &[(&str, events::Listing)]) -> Card {
    let identities: Vec<Identity> = listings.iter().map(|(_, listing)| Identity::read(listing)).collect();
    let mut members: Vec<Member<'_>> = (0..)
        .zip(listings)
        .zip(&identities)
        .map(|((number, (shop, listing)), identity)| Member {
            listing_ref: ListingRef(number),
            shop,
            observed_at: time(number),
            listing,
            identity,
        })
        .collect();
    let card = assemble(&members);
    members.reverse();
    assert_eq!(assemble(&members), card, "the order of the listings means nothing");
    card
}

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// `shop: value`, with `*` for chosen and `!` for a conflict.
fn sources(card: &Card, field: &str) -> Vec<String> {
    let mark = |source: &&SourceValue| {
        let (chosen, conflict) =
            (if source.chosen { "*" } else { "" }, if source.conflict { "!" } else { "" });
        format!("{}: {}{chosen}{conflict}", source.shop, source.value)
    };
    card.sources.iter().filter(|source| source.field == field).map(|source| mark(&source)).collect()
}

fn outputs(outputs: &[(&str, Option<&str>, u32)]) -> Vec<Output> {
    outputs
        .iter()
        .map(|(kind, version, count)| Output {
            kind: (*kind).to_owned(),
            version: version.map(str::to_owned),
            count: *count,
        })
        .collect()
}

fn technology(code: &str, version: Option<&str>) -> SupportedTechnology {
    SupportedTechnology {
        code: code.to_owned(),
        name: code.to_uppercase(),
        version: version.map(str::to_owned),
    }
}

#[test]
fn each_shop_wins_in_its_own_fields() {
    let mut netvideo = titled("ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB GDDR6X");
    netvideo.specs.length_mm = Some(301);
    netvideo.specs.boost_clock_mhz = Some(2550);
    netvideo.interfaces.outputs = Some(outputs(&[("hdmi", None, 1), ("displayport", None, 3)]));
    let mut countrylink = titled("Asus TUF Gaming RTX4070 SUPER 12G OC");
    countrylink.specs.length_mm = Some(280);
    countrylink.specs.board_power_watts = Some(220);
    countrylink.interfaces.outputs =
        Some(outputs(&[("hdmi", Some("2.1a"), 1), ("displayport", Some("1.4a"), 3)]));
    countrylink.interfaces.bus =
        Some(Bus { kind: "PCIe".to_owned(), version: Some("4.0".to_owned()), lanes: Some(16) });
    let mut another = titled("asus tuf rtx 4070 super oc");
    another.specs.length_mm = Some(301);
    let card = card(&[("another", another), ("netvideo", netvideo), ("countrylink", countrylink)]);
    assert_eq!(card.name, "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12 GB");
    assert_eq!(card.specs.length_mm, Some(301));
    assert_eq!(card.specs.board_power_watts, Some(220));
    assert_eq!(
        sources(&card, "specs.lengthMm"),
        ["another: 301 mm*!", "countrylink: 280 mm!", "netvideo: 301 mm*!"]
    );
    assert_eq!(
        sources(&card, "interfaces.outputs"),
        ["countrylink: 3x DisplayPort 1.4a, 1x HDMI 2.1a*", "netvideo: 3x DisplayPort, 1x HDMI*"],
        "a list without versions does not disagree with one that has them"
    );
    assert_eq!(sources(&card, "interfaces.busLanes"), ["countrylink: x16*"]);
    assert_eq!(card.interfaces.outputs.unwrap()[0].version.as_deref(), Some("1.4a"));
    assert_eq!(card.gpu.unwrap().architecture.as_deref(), Some("Ada Lovelace"));
}

#[test]
fn a_size_from_a_field_counts_before_one_from_any_title() {
    let titled_12 = titled("Palit RTX 3060 Dual 12GB");
    let mut of_field = titled("Palit RTX 3060 Dual");
    of_field.specs.memory_mb = Some(8192);
    let card = card(&[("netvideo", titled_12), ("countrylink", of_field)]);
    assert_eq!(card.specs.memory_mb, Some(8192));
    assert_eq!(sources(&card, "specs.memoryGb"), ["countrylink: 8 GB*!", "netvideo: 12 GB!"]);
}

/// A listing whose title and characteristics disagree about the size.
fn torn(title: &str, field_gb: u32) -> events::Listing {
    let mut listing = titled(title);
    listing.specs.memory_mb = Some(field_gb * 1024);
    listing
}

#[test]
fn where_title_and_field_disagree_the_size_goes_with_the_chip() {
    let cases = [
        ("ASRock Challenger Arc A770 16GB OC", 4, "ASRock Challenger Arc A770 OC 16 GB"),
        ("MSI Mech RX 6500 XT 4GB OC", 24, "MSI Mech Radeon RX 6500 XT OC 4 GB"),
        ("Palit GameRock RTX 3090 Ti 24GB OC", 8, "Palit GameRock GeForce RTX 3090 Ti OC 24 GB"),
        ("Sapphire Pulse RX 9070 GRE 12GB", 16, "Sapphire Pulse Radeon RX 9070 GRE 12 GB"),
        // Both sizes were sold, or neither was, or nobody knows: what the title says.
        ("ASRock Challenger Arc A770 16GB", 8, "ASRock Challenger Arc A770 16 GB"),
        ("Palit Dual RTX 4070 16GB", 8, "Palit Dual GeForce RTX 4070 16 GB"),
        ("Zotac Trinity RTX 6090 48GB", 24, "ZOTAC Trinity GeForce RTX 6090 48 GB"),
        // Only the field's size was sold.
        ("Palit Dual RTX 4070 16GB", 12, "Palit Dual GeForce RTX 4070 12 GB"),
    ];
    for (title, field_gb, expected) in cases {
        let listing = torn(title, field_gb);
        let grouped_by = Identity::read(&listing).memory_mb;
        let card = card(&[("netvideo", listing)]);
        assert_eq!(card.name, expected, "{title}, {field_gb} GB");
        assert_eq!(card.specs.memory_mb, grouped_by, "{title}, {field_gb} GB");
    }
}

#[test]
fn a_size_that_was_overruled_is_still_among_the_sources() {
    let card = card(&[
        ("netvideo", torn("ASRock Challenger Arc A770 16GB", 4)),
        ("countrylink", torn("ASRock Challenger Arc A770", 16)),
    ]);
    assert_eq!(card.specs.memory_mb, Some(16_384));
    assert_eq!(
        sources(&card, "specs.memoryGb"),
        ["countrylink: 16 GB*!", "netvideo: 16 GB*!", "netvideo: 4 GB!"]
    );
}

#[test]
fn technologies_are_all_that_any_shop_knows_with_the_highest_version() {
    let mut netvideo = titled("Palit RTX 4070 Dual");
    netvideo.technologies = Some(vec![technology("dlss", Some("3")), technology("vulkan", None)]);
    let mut countrylink = titled("Palit RTX 4070 Dual");
    countrylink.technologies = Some(vec![technology("dlss", Some("3.5")), technology("ray-tracing", None)]);
    let card = card(&[("netvideo", netvideo), ("countrylink", countrylink)]);
    let known: Vec<(&str, Option<&str>)> = card
        .technologies
        .iter()
        .map(|technology| (technology.code.as_str(), technology.version.as_deref()))
        .collect();
    assert_eq!(known, [("dlss", Some("3.5")), ("ray-tracing", None), ("vulkan", None)]);
    assert_eq!(
        sources(&card, "technologies"),
        ["countrylink: DLSS 3.5, RAY-TRACING*!", "netvideo: DLSS 3, VULKAN!"]
    );
}

#[test]
fn rounded_values_do_not_disagree() {
    let with = |length_mm, memory_bandwidth_mbps| {
        let mut listing = titled("Palit RTX 4070 Dual");
        listing.specs.length_mm = Some(length_mm);
        listing.specs.memory_bandwidth_mbps = Some(memory_bandwidth_mbps);
        listing
    };
    let card = card(&[("netvideo", with(301, 504_200)), ("countrylink", with(302, 504_000))]);
    assert!(card.sources.iter().all(|source| !source.conflict), "{:?}", card.sources);
    assert_eq!(
        sources(&card, "specs.memoryBandwidthGbps"),
        ["countrylink: 504 GB/s*", "netvideo: 504.2 GB/s*"]
    );
}

#[test]
fn codes_are_shown_once_however_they_are_spelt_and_not_if_they_are_not_believed() {
    let card = card(&[
        ("netvideo", coded("Gigabyte RTX 4070 Eagle OC 12GB", &["GV-N4070EAGLE OC-12GD", "4719331307714"])),
        (
            "countrylink",
            coded(
                "Gigabyte RTX 4070 Eagle OC 12GB",
                &["gv-n4070eagleoc-12gd", "GV-N3060EAGLE OC-12GD", "4719331307714"],
            ),
        ),
    ]);
    assert_eq!(card.mpns, ["GV-N4070EAGLE OC-12GD"]);
    assert_eq!(card.gtins, ["04719331307714"]);
}

#[test]
fn a_line_is_written_as_its_own_house_writes_it() {
    let cases = [
        ("Sapphire nitro RX 570 4GB", "Sapphire NITRO+ Radeon RX 570 4 GB"),
        ("Acer Nitro RX 570 4GB", "Acer Nitro Radeon RX 570 4 GB"),
    ];
    for (title, expected) in cases {
        assert_eq!(card(&[("netvideo", titled(title))]).name, expected);
    }
}

#[test]
fn a_card_of_which_too_little_is_known_is_called_as_its_shop_calls_it() {
    let card = card(&[("other", titled("Mystery board 3000"))]);
    assert_eq!(card.name, "Mystery board 3000");
    assert_eq!(card.brand, None);
    assert_eq!(assemble(&[]), Card::default());
}
