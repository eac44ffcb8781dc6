//! Made-up listings: two for each card, of one shop each, as the two shops speak. Pure, and the same for the same seed.
//!
//! No two cards have a part number, a barcode or a title in common, so that the gateway never takes two of them for one.

use chrono::{DateTime, NaiveDate, Utc};
use events::{
    Availability, Bus, Interfaces, Listing, ListingChanged, Output, PowerConnector, Price, ProductEvent,
    Specs, SupportedTechnology,
};
use rand::{Rng, SeedableRng, rngs::SmallRng};

/// The shops, the one with characteristics first.
pub(crate) const SHOPS: [&str; 2] = ["netvideo", "countrylink"];

/// The most cards that can be told apart by their titles.
pub(crate) const MOST_CARDS: u64 =
    (BRANDS.len() * LINES * CHIPS.len() * COLOURS.len() * CLOCKS.len() * REVISIONS) as u64;

/// Brands by slug and name, with their lines of cards.
pub(crate) const BRANDS: [(&str, &str, [&str; LINES]); 8] = [
    ("asus", "ASUS", ["TUF Gaming", "ROG Strix", "Dual", "ProArt"]),
    ("msi", "MSI", ["VENTUS 2X", "VENTUS 3X", "GAMING X TRIO", "SUPRIM X"]),
    ("gigabyte", "Gigabyte", ["EAGLE", "WINDFORCE", "GAMING", "AERO"]),
    ("palit", "Palit", ["Dual", "GamingPro", "JetStream", "GameRock"]),
    ("zotac", "ZOTAC", ["Twin Edge", "Trinity", "AMP Extreme", "Solo"]),
    ("pny", "PNY", ["VERTO", "XLR8", "Uprising", "EPIC-X"]),
    ("inno3d", "INNO3D", ["Twin X2", "iChill X3", "X3", "iChill Frostbite"]),
    ("gainward", "Gainward", ["Ghost", "Phantom", "Phoenix", "Panther"]),
];
const LINES: usize = 4;

/// Chips: name, memory in GB and its kind, bus in bits, stream processors, watts.
const CHIPS: [(&str, u32, &str, u32, u32, u32); 12] = [
    ("GeForce RTX 3050", 8, "GDDR6", 128, 2560, 130),
    ("GeForce RTX 3060", 12, "GDDR6", 192, 3584, 170),
    ("GeForce RTX 3060 Ti", 8, "GDDR6", 256, 4864, 200),
    ("GeForce RTX 3070", 8, "GDDR6", 256, 5888, 220),
    ("GeForce RTX 4060", 8, "GDDR6", 128, 3072, 115),
    ("GeForce RTX 4060 Ti", 16, "GDDR6", 128, 4352, 165),
    ("GeForce RTX 4070", 12, "GDDR6X", 192, 5888, 200),
    ("GeForce RTX 4070 SUPER", 12, "GDDR6X", 192, 7168, 220),
    ("GeForce RTX 4080", 16, "GDDR6X", 256, 9728, 320),
    ("GeForce RTX 4090", 24, "GDDR6X", 384, 16384, 450),
    ("Radeon RX 7600", 8, "GDDR6", 128, 2048, 165),
    ("Radeon RX 7800 XT", 16, "GDDR6", 256, 3840, 263),
];

const COLOURS: [&str; 3] = ["", " White", " Pink"];
const CLOCKS: [&str; 2] = ["", " OC"];
const REVISIONS: usize = 9;

/// Technologies by code and name, with the version that cards have of them.
pub(crate) const TECHNOLOGIES: [(&str, &str, Option<&str>); 14] = [
    ("ray-tracing", "Ray Tracing", None),
    ("dlss", "DLSS", Some("3.5")),
    ("fsr", "FSR", Some("2.2")),
    ("cuda", "CUDA", Some("8.9")),
    ("vulkan", "Vulkan", Some("1.3")),
    ("opengl", "OpenGL", Some("4.6")),
    ("directx", "DirectX", Some("12")),
    ("g-sync", "G-SYNC", None),
    ("freesync", "FreeSync", None),
    ("reflex", "Reflex", None),
    ("nvenc", "NVENC", None),
    ("av1", "AV1", None),
    ("resizable-bar", "Resizable BAR", None),
    ("hdcp", "HDCP", Some("2.3")),
];
/// How often a card has a technology.
const HAS_TECHNOLOGY: f64 = 0.7;

/// The lowest price in minor units, and how far above it prices reach.
pub(crate) const PRICES_FROM_MINOR: i64 = 15_000;
pub(crate) const PRICES_SPAN_MINOR: i64 = 185_000;

/// The events by which the shops' listings of a card first became known, at `at`.
pub(crate) fn first_events(seed: u64, card: u64, at: DateTime<Utc>) -> [ProductEvent; 2] {
    let mut random = SmallRng::seed_from_u64(seed ^ card.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let facts = Facts::of(card);
    let price_minor = PRICES_FROM_MINOR + random.random_range(0..PRICES_SPAN_MINOR);
    let elsewhere_minor = price_minor + random.random_range(0..2_000);
    let characteristics = Listing {
        specs: specs(&facts, &mut random),
        ..listing(&facts, SHOPS[0], price_minor, availability(&mut random), at)
    };
    let supported = Listing {
        interfaces: interfaces(&mut random),
        technologies: Some(technologies(&mut random)),
        ..listing(&facts, SHOPS[1], elsewhere_minor, availability(&mut random), at)
    };
    [changed(SHOPS[0], card, 1, at, characteristics), changed(SHOPS[1], card, 1, at, supported)]
}

/// The same listing at another price.
pub(crate) fn at_another_price(
    event: &ProductEvent,
    version: i64,
    at: DateTime<Utc>,
) -> Option<ProductEvent> {
    let ProductEvent::ListingChanged(event) = event else { return None };
    let mut event = event.clone();
    event.listing.price.amount_minor += 500 * version;
    event.listing_version = version;
    event.observed_at = at;
    Some(ProductEvent::ListingChanged(event))
}

/// What both shops know of a card.
struct Facts {
    card: u64,
    brand: &'static str,
    chip: &'static (&'static str, u32, &'static str, u32, u32, u32),
    title: String,
}

impl Facts {
    fn of(card: u64) -> Self {
        let mut rest = usize::try_from(card).unwrap_or_default();
        let mut pick = |of: usize| {
            let picked = rest % of;
            rest /= of;
            picked
        };
        let (_, brand, lines) = &BRANDS[pick(BRANDS.len())];
        let chip = &CHIPS[pick(CHIPS.len())];
        let (line, clock, colour) =
            (lines[pick(LINES)], CLOCKS[pick(CLOCKS.len())], COLOURS[pick(COLOURS.len())]);
        let revision = match pick(REVISIONS) {
            0 => String::new(),
            revision => format!(" V{}", revision + 1),
        };
        let title = format!("{brand} {line}{colour} {}{clock} {}GB{revision}", chip.0, chip.1);
        Self { card, brand, chip, title }
    }
}

fn listing(
    facts: &Facts,
    shop: &str,
    amount_minor: i64,
    availability: Availability,
    at: DateTime<Utc>,
) -> Listing {
    let card = facts.card;
    Listing {
        title: facts.title.clone(),
        url: format!("https://{shop}.example/video-cards/{card}"),
        brand: Some(facts.brand.to_owned()),
        gpu: Some(facts.chip.0.to_owned()),
        mpns: vec![format!("MADEUP-{card}-X")],
        gtins: vec![gtin(card)],
        price: Price { amount_minor, currency: "USD".to_owned() },
        availability,
        stock: None,
        images: vec![format!("https://{shop}.example/pictures/{card}.jpg")],
        specs: Specs::default(),
        interfaces: Interfaces::default(),
        technologies: None,
        shop_updated_at: at,
    }
}

/// Most offers can be bought.
fn availability(random: &mut SmallRng) -> Availability {
    match random.random_range(0..10) {
        0 => Availability::OutOfStock,
        1 => Availability::Preorder,
        2 => Availability::OnOrder,
        _ => Availability::InStock,
    }
}

fn specs(facts: &Facts, random: &mut SmallRng) -> Specs {
    let &(_, memory_gb, memory_type, bus_bits, stream_processors, watts) = facts.chip;
    let base_clock_mhz = random.random_range(130..240) * 10;
    Specs {
        memory_mb: Some(memory_gb * 1024),
        memory_type: Some(memory_type.to_owned()),
        memory_bus_bits: Some(bus_bits),
        memory_bandwidth_mbps: Some(bus_bits * 2_100),
        base_clock_mhz: Some(base_clock_mhz),
        boost_clock_mhz: Some(base_clock_mhz + 250),
        stream_processors: Some(stream_processors),
        board_power_watts: Some(watts + random.random_range(0..5) * 5),
        recommended_psu_watts: Some((watts + 300) / 50 * 50),
        length_mm: random.random_bool(0.8).then(|| random.random_range(170..350)),
        slot_width_hundredths: Some(random.random_range(4..8) * 50),
        process_nm: Some(5),
        architecture: None,
        released_on: NaiveDate::from_ymd_opt(2021, 1, 1)
            .map(|first| first + chrono::Days::new(random.random_range(0..1_500))),
    }
}

fn interfaces(random: &mut SmallRng) -> Interfaces {
    let output = |kind: &str, version: &str, count| Output {
        kind: kind.to_owned(),
        version: Some(version.to_owned()),
        count,
    };
    let mut outputs = vec![output("displayport", "1.4a", random.random_range(1..4))];
    if random.random_bool(0.9) {
        outputs.push(output("hdmi", "2.1", random.random_range(1..3)));
    }
    if random.random_bool(0.2) {
        outputs.push(Output { kind: "dvi".to_owned(), version: None, count: 1 });
    }
    Interfaces {
        bus: Some(Bus { kind: "PCIe".to_owned(), version: Some("4.0".to_owned()), lanes: Some(16) }),
        outputs: Some(outputs),
        power_connectors: Some(vec![PowerConnector {
            kind: "8-pin".to_owned(),
            count: random.random_range(1..4),
        }]),
    }
}

fn technologies(random: &mut SmallRng) -> Vec<SupportedTechnology> {
    let all = TECHNOLOGIES.iter().filter(|_| random.random_bool(HAS_TECHNOLOGY));
    all.map(|(code, name, version)| SupportedTechnology {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        version: version.map(str::to_owned),
    })
    .collect()
}

fn changed(shop: &str, card: u64, version: i64, at: DateTime<Utc>, listing: Listing) -> ProductEvent {
    ProductEvent::ListingChanged(Box::new(ListingChanged {
        v: events::CONTRACT_VERSION,
        shop: shop.to_owned(),
        listing_id: card.to_string(),
        listing_version: version,
        observed_at: at,
        missing_since: None,
        listing,
    }))
}

/// A barcode of 14 digits with its check digit.
fn gtin(card: u64) -> String {
    let digits = format!("0471{card:09}");
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place.is_multiple_of(2) { 3 } else { 1 })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}
