//! What is read from one listing.

use crate::listings::{coded, titled};
use merge::{Identity, ProductKind};

/// `asus | geforce-rtx-4070 | 12 | tuf gaming | oc v2 white lhr`, with `-` for what is not known.
fn summary(identity: &Identity) -> String {
    let or_dash =
        |text: Option<String>| text.filter(|text| !text.is_empty()).unwrap_or_else(|| "-".to_owned());
    let marks = [
        identity.oc.filter(|oc| *oc).map(|_| "oc".to_owned()),
        identity.revision.map(|revision| format!("v{revision}")),
        identity.colour.map(|colour| colour.name().to_lowercase()),
        identity.lhr.filter(|lhr| *lhr).map(|_| "lhr".to_owned()),
    ];
    [
        or_dash(identity.brand.as_ref().map(|brand| brand.slug.clone())),
        or_dash(identity.gpu.as_ref().map(|gpu| gpu.slug.clone())),
        or_dash(identity.memory_mb.map(|memory_mb| (memory_mb / 1024).to_string())),
        or_dash(Some(identity.line.join(" "))),
        or_dash(Some(marks.into_iter().flatten().collect::<Vec<_>>().join(" "))),
    ]
    .join(" | ")
}

fn check(cases: &[(&str, &str)]) {
    let read = |title: &str| summary(&Identity::read(&titled(title)));
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(title, expected)| read(title) != *expected)
        .map(|(title, expected)| format!("{title}\n    expected {expected}\n    read     {}", read(title)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_way_to_write_a_chip_is_read() {
    check(&[
        ("MSI GeForce RTX 4070 Ventus 2X 12GB", "msi | geforce-rtx-4070 | 12 | ventus 2x | -"),
        ("MSI RTX4070 Ventus 2X 12GB", "msi | geforce-rtx-4070 | 12 | ventus 2x | -"),
        ("MSI RTX 4070S Ventus 2X 12GB", "msi | geforce-rtx-4070-super | 12 | ventus 2x | -"),
        ("MSI GeForce® RTX™ 4070 Ti SUPER Ventus 3X", "msi | geforce-rtx-4070-ti-super | - | ventus 3x | -"),
        ("Gigabyte GTX 1080Ti Turbo 11G", "gigabyte | geforce-gtx-1080-ti | 11 | turbo | -"),
        ("Gigabyte GTX10603GB Windforce", "gigabyte | geforce-gtx-1060 | 3 | windforce | -"),
        ("Palit RTX306012G Dual", "palit | geforce-rtx-3060 | 12 | dual | -"),
        ("KFA2 4090 D 24GB HOF", "galax | geforce-rtx-4090-d | 24 | hof | -"),
        ("XFX RX6700XT Qick 319", "xfx | radeon-rx-6700-xt | - | qick | -"),
        ("XFX Radeon 7900XTX Merc 310 24GB", "xfx | radeon-rx-7900-xtx | 24 | merc | -"),
        ("Sapphire Pulse RX 7900 GRE 16GB", "sapphire | radeon-rx-7900-gre | 16 | pulse | -"),
        ("Sapphire R9 290X Tri-X 4GB", "sapphire | radeon-r9-290x | 4 | tri-x | -"),
        ("Sapphire Pulse Radeon RX Vega 56 8GB HBM2", "sapphire | radeon-rx-vega-56 | 8 | pulse | -"),
        ("PowerColor RX 580 2048SP Red Dragon 8GB", "powercolor | radeon-rx-580-2048sp | 8 | dragon | -"),
        ("ASRock Arc A770 Phantom Gaming 16GB OC", "asrock | arc-a770 | 16 | phantom | oc"),
        ("Sparkle Intel B580 Guardian 12GB OC", "sparkle | arc-b580 | 12 | guardian | oc"),
        ("PNY RTX A4000 16GB", "pny | rtx-a4000 | 16 | - | -"),
        ("PNY NVIDIA RTX 6000 Ada Generation 48GB", "pny | rtx-6000-ada | 48 | - | -"),
        ("PNY Quadro RTX 4000 8GB", "pny | quadro-rtx-4000 | 8 | - | -"),
        ("HP NVIDIA T1000 4GB", "hp | nvidia-t1000 | 4 | - | -"),
        ("AMD Radeon Pro W7800 32GB", "amd | radeon-pro-w7800 | 32 | - | -"),
        ("MSI 3070 Ti Gaming X Trio 8G", "msi | geforce-rtx-3070-ti | 8 | gaming x trio | -"),
        // A chip that no table knows.
        ("Zotac GeForce RTX 6090 Trinity 48GB", "zotac | geforce-rtx-6090 | 48 | trinity | -"),
    ]);
}

#[test]
fn every_way_to_write_a_size_is_read() {
    check(&[
        ("Gainward RTX 4060 Ghost 8Go", "gainward | geforce-rtx-4060 | 8 | ghost | -"),
        ("Видеокарта Palit RTX 4060 Dual 8 Гб", "palit | geforce-rtx-4060 | 8 | dual | -"),
        ("Gainward RTX 4060 Ghost 8192 MB", "gainward | geforce-rtx-4060 | 8 | ghost | -"),
        ("MSI RTX 3080 Suprim X 10GB LHR 10GB GDDR6X", "msi | geforce-rtx-3080 | 10 | suprim x | lhr"),
        ("Asus TUF RTX4070 O12G", "asus | geforce-rtx-4070 | 12 | tuf | oc"),
        ("Asus TUF RTX 3080 10GD6X", "asus | geforce-rtx-3080 | 10 | tuf | -"),
        // Widths, bandwidths, power and clocks are no sizes.
        ("Palit RTX 4060 Dual GDDR6 128bit 8GB 550W 17Gbps", "palit | geforce-rtx-4060 | 8 | dual | -"),
        ("Palit RTX 4060 Dual 272 GB/s", "palit | geforce-rtx-4060 | - | dual | -"),
        // Two sizes of which the chip has one; two between which it can't decide.
        ("Palit RTX 4070 Dual 12GB (16GB system recommended)", "palit | geforce-rtx-4070 | 12 | dual | -"),
        ("Palit RTX 4060 Ti Dual 8GB 16GB", "palit | geforce-rtx-4060-ti | - | dual | -"),
    ]);
}

#[test]
fn lines_revisions_and_colours_are_read() {
    check(&[
        ("Sapphire Nitro+ RX 7800 XT 16GB", "sapphire | radeon-rx-7800-xt | 16 | nitro | -"),
        (
            "Gigabyte RTX 3060 Gaming OC 12G (rev. 2.0) LHR",
            "gigabyte | geforce-rtx-3060 | 12 | gaming | oc v2 lhr",
        ),
        ("Gigabyte RTX 4070 Aero OC V2 12G", "gigabyte | geforce-rtx-4070 | 12 | aero | oc v2"),
        ("Gigabyte RTX 4070 Aero OC rev 1.0 12G", "gigabyte | geforce-rtx-4070 | 12 | aero | oc"),
        ("Asus Dual RTX 4070 EVO 12GB weiß", "asus | geforce-rtx-4070 | 12 | dual evo | white"),
        ("Asus Dual RTX 4070 12GB Black", "asus | geforce-rtx-4070 | 12 | dual | -"),
        ("EVGA RTX 3070 XC3 Black Gaming 8GB", "evga | geforce-rtx-3070 | 8 | xc3 black gaming | -"),
        ("EVGA RTX 3070 XC3 Ultra 8GB Black", "evga | geforce-rtx-3070 | 8 | xc3 ultra | -"),
        (
            "Palit RTX 4080 GameRock 2x HDMI 3 x DisplayPort 16GB",
            "palit | geforce-rtx-4080 | 16 | gamerock | -",
        ),
        ("Inno3D RTX 4070 Twin X2 HDMI x1 PCIe 4.0 x16 12GB", "inno3d | geforce-rtx-4070 | 12 | twin x2 | -"),
        ("AORUS GeForce RTX 4080 Master 16G", "gigabyte | geforce-rtx-4080 | 16 | aorus master | -"),
        ("Placa de vídeo Galax RTX 3050 6GB 1-Click OC", "galax | geforce-rtx-3050 | 6 | click | oc"),
    ]);
}

#[test]
fn a_house_is_known_by_every_name_and_before_its_chips_maker() {
    let brand = |name: &str, title: &str| {
        let listing = events::Listing { brand: Some(name.to_owned()), ..titled(title) };
        Identity::read(&listing).brand.map(|brand| brand.slug)
    };
    for (name, title, slug) in [
        ("Gigabyte Technology", "GeForce RTX 4070 Eagle", "gigabyte"),
        ("AORUS", "GeForce RTX 4070 Elite", "gigabyte"),
        ("KFA2", "GeForce RTX 4070 EX", "galax"),
        ("Micro-Star International", "GeForce RTX 4070 Ventus", "msi"),
        ("NVIDIA", "EVGA GeForce GTX 1080 Ti FTW3", "evga"),
        ("NVIDIA", "GeForce RTX 4090 Founders Edition", "nvidia"),
        ("PNY", "Gigabyte GeForce RTX 5080 Aorus", "gigabyte"),
        ("Nobody Knows", "GeForce RTX 4070", "nobody-knows"),
        ("n/a", "MSI GeForce RTX 4070", "msi"),
    ] {
        assert_eq!(brand(name, title).as_deref(), Some(slug), "{name}: {title}");
    }
}

#[test]
fn codes_are_found_in_titles_and_fill_in_what_these_leave_out() {
    let cases = [
        (
            "gigabyte video cards GV N3080VISION OC 10GD",
            "GVN3080VISIONOC10GD",
            "gigabyte | geforce-rtx-3080 | 10 | vision | oc",
        ),
        (
            "Gigabyte GV-R68XTGAMING OC-16GD",
            "GVR68XTGAMINGOC16GD",
            "gigabyte | radeon-rx-6800-xt | 16 | gaming | oc",
        ),
        ("Gigabyte GV-N3090TURBO-24GD", "GVN3090TURBO24GD", "gigabyte | geforce-rtx-3090 | 24 | turbo | -"),
        (
            "Gigabyte GV-N407TSAERO OC-16GD",
            "GVN407TSAEROOC16GD",
            "gigabyte | geforce-rtx-4070-ti-super | 16 | aero | oc",
        ),
        (
            "asus TUF-RTX4070S-O12G-GAMING",
            "TUFRTX4070SO12GGAMING",
            "asus | geforce-rtx-4070-super | 12 | tuf gaming | oc",
        ),
        (
            "tuf rtx 4070 super (90YV0K82-M0NA00)",
            "90YV0K82A00",
            "asus | geforce-rtx-4070-super | - | tuf | -",
        ),
        ("evga geforce rtx 3070 08g p5 3755 kr", "08GP53755KR", "evga | geforce-rtx-3070 | 8 | - | -"),
        (
            "Zotac RTX 3060 Twin Edge ZT-A30600H-10M",
            "ZTA30600H10M",
            "zotac | geforce-rtx-3060 | - | twin edge | -",
        ),
        ("pny vcg5060t16tfxxpb1 o", "VCG5060T16TFXXPB1O", "pny | geforce-rtx-5060-ti | 16 | - | oc"),
        (
            "Sapphire Pulse RX 7800 XT (11330-02-20G)",
            "113300220G",
            "sapphire | radeon-rx-7800-xt | - | pulse | -",
        ),
        ("XFX Swift RX 9070 XT RX-97TSWF3B9", "RX97TSWF3B9", "xfx | radeon-rx-9070-xt | - | swift | -"),
    ];
    for (title, code, expected) in cases {
        let identity = Identity::read(&titled(title));
        let codes: Vec<&str> = identity.mpns.iter().map(merge::MpnKey::as_str).collect();
        assert_eq!(codes, [code], "{title}");
        assert_eq!(summary(&identity), expected, "{title}");
    }
}

#[test]
fn one_part_number_has_one_key_however_it_is_spelt() {
    for (title, one, other) in [
        ("Gigabyte RTX 4070 Eagle", "GV-N4070EAGLE OC-12GD", "gv-n4070eagleoc-12gd"),
        ("ASUS TUF RTX 4070", "90YV0IZ0-M0NA00", "90YV0IZ0-M0AA00"),
        ("MSI RTX 3060 Ti Ventus 2X", "912-V390-009", "V390-009R"),
        ("MSI RTX 3060 Ti Gaming X", "GeForce RTX 3060 Ti GAMING X", "RTX 3060 Ti GAMING X"),
        ("EVGA RTX 2070 Super KO", "EVGA-08G-P4-2072-KR", "08G-P4-2072-KR"),
    ] {
        let key = |code: &str| Identity::read(&coded(title, &[code])).mpns;
        assert_eq!(key(one), key(other), "{one}");
        assert_eq!(key(one).len(), 1, "{one}");
    }
}

#[test]
fn a_code_that_contradicts_the_title_or_is_none_is_not_believed() {
    for (title, code) in [
        ("Gigabyte GeForce RTX 4070 SUPER Windforce OC 12GB", "GV-N4070WF3OC-12GD"),
        ("Gigabyte GeForce RTX 3060 Eagle 8GB", "GV-N3060EAGLE-12GD"),
        ("XFX Radeon RX 580 8GB", "11265-05-20G"),
        ("EVGA GeForce RTX 2070 SUPER XC", "243159"),
        ("Palit GeForce RTX 3070", "RTX3070"),
        ("Palit GeForce RTX 3070", "GAMING"),
    ] {
        let identity = Identity::read(&coded(title, &[code]));
        assert!(identity.mpns.is_empty(), "{title}: {code} was believed");
        assert_eq!(identity.disbelieved.len(), 1, "{title}: {code}");
    }
}

#[test]
fn barcodes_have_one_form_and_placeholders_are_none() {
    let gtins = |code: &str| Identity::read(&coded("MSI RTX 4070", &[code])).gtins;
    assert_eq!(gtins("843368063733"), gtins("0843368063733"));
    assert_eq!(gtins("4711387457092")[0].as_str(), "04711387457092");
    assert_eq!(
        Identity::read(&titled("palit rtx 3090 gamerock 4710562242041")).gtins[0].printed(),
        "4710562242041"
    );
    for none in
        ["4711387457093", "0000000000000", "1111111111116", "1234567890128", "2000000000015", "9780306406157"]
    {
        assert!(gtins(none).is_empty(), "{none}");
    }
}

#[test]
fn what_is_no_video_card_alone_becomes_none() {
    for (title, kind) in [
        ("ASUS TUF Gaming RTX 4070 12GB graphics card", ProductKind::Card),
        ("EVGA RTX 3080 FTW3 10GB with metal backplate and iCX cooler", ProductKind::Card),
        ("XFX RX 580 GTS 8GB + dual BIOS", ProductKind::Card),
        ("ASUS TUF RTX 4070 12GB + monitor 27\"", ProductKind::Bundle),
        ("Palit RTX 4060 8GB bundle", ProductKind::Bundle),
        ("ASUS ROG Strix G16 laptop RTX 4070 16GB", ProductKind::NotACard),
        ("Ноутбук MSI Katana RTX 4060 8GB", ProductKind::NotACard),
        ("12VHPWR cable for RTX 4090", ProductKind::NotACard),
        ("EK Quantum Vector RTX 3080 waterblock", ProductKind::NotACard),
        ("Gaming PC Ryzen 5 5600, 16GB DDR4, 1TB SSD, RTX 3060 12GB", ProductKind::NotACard),
        ("MSI GeForce RTX 4070 Laptop GPU", ProductKind::NotACard),
        ("", ProductKind::NotACard),
    ] {
        assert_eq!(Identity::read(&titled(title)).kind, kind, "{title}");
    }
}

#[test]
fn keys_are_short_and_name_the_block() {
    let listing = coded(
        "ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB",
        &["TUF-RTX4070S-O12G-GAMING", "4711387457092"],
    );
    let keys: Vec<String> = Identity::read(&listing).keys().iter().map(ToString::to_string).collect();
    assert_eq!(
        keys,
        ["g:04711387457092", "m:TUFRTX4070SO12GGAMING", "t:asus:geforce-rtx-4070-super:tuf:12288"]
    );
    let colourful = Identity::read(&titled("Gigabyte RTX 3060 Gaming OC V2 12G LHR white")).keys();
    assert_eq!(colourful[0].as_str(), "t:gigabyte:geforce-rtx-3060:gaming:12288:v2:white:lhr");
    // A title without a line could be any of the house's cards.
    assert!(Identity::read(&titled("ASUS GeForce RTX 4070 12GB")).keys().is_empty());
}

#[test]
fn an_identity_survives_being_stored() {
    let identity = Identity::read(&coded(
        "Gigabyte RTX 3060 Gaming OC V2 12G LHR white",
        &["RTX3060", "GV-N3060GAMING OC-12GD"],
    ));
    let stored = serde_json::to_string(&identity).unwrap();
    assert_eq!(serde_json::from_str::<Identity>(&stored).unwrap(), identity);
}
