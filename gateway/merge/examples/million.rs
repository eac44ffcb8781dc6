//! Merges a million made-up listings from nothing, and says how long that takes and how much memory.
//!
//! `cargo run --release -p merge --example million [-- LISTINGS]`. Half of the products are in both shops; each has a
//! barcode and a part number, which a third of the listings leave out. One thread does it all.

use std::{
    collections::HashMap,
    error::Error,
    fs,
    io::{Write, stdout},
    time::Instant,
};

use chrono::DateTime;
use events::{Availability, Interfaces, Listing, Price, Specs};
use merge::{Candidate, Identity, ListingRef, MAX_LISTINGS_PER_CODE, group};

const BRANDS: [(&str, [&str; 4]); 8] = [
    ("ASUS", ["TUF Gaming", "ROG Strix", "Dual", "ProArt"]),
    ("MSI", ["VENTUS 2X", "VENTUS 3X", "GAMING X TRIO", "SUPRIM X"]),
    ("Gigabyte", ["EAGLE", "WINDFORCE", "GAMING", "AERO"]),
    ("Palit", ["Dual", "GamingPro", "JetStream", "GameRock"]),
    ("ZOTAC", ["Twin Edge", "Trinity", "AMP Extreme", "Solo"]),
    ("PNY", ["VERTO", "XLR8", "Uprising", "EPIC-X"]),
    ("INNO3D", ["Twin X2", "iChill X3", "X3", "iChill Frostbite"]),
    ("Gainward", ["Ghost", "Phantom", "Phoenix", "Panther"]),
];
const CHIPS: [(&str, u32); 10] = [
    ("GeForce RTX 3050", 8),
    ("GeForce RTX 3060", 12),
    ("GeForce RTX 3060 Ti", 8),
    ("GeForce RTX 3070", 8),
    ("GeForce RTX 4060", 8),
    ("GeForce RTX 4060 Ti", 16),
    ("GeForce RTX 4070", 12),
    ("GeForce RTX 4070 SUPER", 12),
    ("GeForce RTX 4080", 16),
    ("GeForce RTX 4090", 24),
];
const COLOURS: [&str; 3] = ["", " White", " Pink"];

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let mut out = stdout().lock();
    let begun = Instant::now();
    let identities: Vec<Identity> = (0..wanted).map(|number| Identity::read(&listing(number))).collect();
    writeln!(out, "read {wanted} listings in {:.1?}", begun.elapsed())?;
    let looking = Instant::now();
    let components = components(&identities);
    let largest = components.iter().map(Vec::len).max().unwrap_or_default();
    let count = components.len();
    writeln!(out, "found {count} neighbourhoods, the largest of {largest}, in {:.1?}", looking.elapsed())?;
    let grouping = Instant::now();
    let ids: Vec<String> = (0..wanted).map(|number| number.to_string()).collect();
    let mut cards = 0_usize;
    for component in &components {
        let candidates: Vec<Candidate<'_>> = component
            .iter()
            .map(|&place| Candidate {
                listing: ListingRef(i64::try_from(place).unwrap_or_default()),
                shop: shop(place as u64),
                shop_listing_id: &ids[place],
                identity: &identities[place],
            })
            .collect();
        cards += group(&candidates, &[]).groups.len();
    }
    writeln!(out, "grouped them into {cards} cards in {:.1?}", grouping.elapsed())?;
    writeln!(out, "{:.1?} in all; {}", begun.elapsed(), memory()?)?;
    Ok(())
}

/// Two listings in three are of a product that both shops have.
fn product(number: u64) -> u64 {
    if number % 3 == 2 { number } else { number / 3 * 3 }
}

fn shop(number: u64) -> &'static str {
    if number.is_multiple_of(3) { "netvideo" } else { "countrylink" }
}

fn listing(number: u64) -> Listing {
    let product = product(number);
    let pick = |of: u64, every: u64| usize::try_from(product / 3 / every % of).unwrap_or_default();
    let (brand, lines) = BRANDS[pick(8, 1)];
    let (chip, memory_gb) = CHIPS[pick(10, 8)];
    let (line, colour) = (lines[pick(4, 80)], COLOURS[pick(3, 320)]);
    let overclocked = if pick(2, 960) == 1 { " OC" } else { "" };
    let revision = pick(9, 1920);
    let revision = if revision == 0 { String::new() } else { format!(" V{}", revision + 1) };
    let codes = number % 3 != 1 || number.is_multiple_of(2);
    Listing {
        title: format!("{brand} {line}{colour} {chip}{overclocked} {memory_gb}GB{revision}"),
        url: format!("https://shop.example/{number}"),
        brand: Some(brand.to_owned()),
        gpu: Some(chip.to_owned()),
        mpns: if codes { vec![format!("MADEUP-{product}-X")] } else { Vec::new() },
        gtins: if codes { vec![gtin(product)] } else { Vec::new() },
        price: Price { amount_minor: 10_000, currency: "USD".to_owned() },
        availability: Availability::InStock,
        stock: None,
        images: Vec::new(),
        specs: Specs { memory_mb: Some(memory_gb * 1024), ..Specs::default() },
        interfaces: Interfaces::default(),
        technologies: None,
        shop_updated_at: DateTime::UNIX_EPOCH,
    }
}

/// A barcode of 14 digits with its check digit.
fn gtin(product: u64) -> String {
    let digits = format!("0471{product:09}");
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place.is_multiple_of(2) { 3 } else { 1 })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Listings that share keys, directly or through others.
fn components(identities: &[Identity]) -> Vec<Vec<usize>> {
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, identity) in identities.iter().enumerate() {
        for key in identity.keys() {
            by_key.entry(key.to_string()).or_default().push(place);
        }
    }
    let mut parents: Vec<usize> = (0..identities.len()).collect();
    for (key, places) in &by_key {
        if !key.starts_with("t:") && places.len() > MAX_LISTINGS_PER_CODE {
            continue;
        }
        for pair in places.windows(2) {
            let (one, other) = (root(&mut parents, pair[0]), root(&mut parents, pair[1]));
            parents[one.max(other)] = one.min(other);
        }
    }
    let mut components: HashMap<usize, Vec<usize>> = HashMap::new();
    for place in 0..identities.len() {
        components.entry(root(&mut parents, place)).or_default().push(place);
    }
    components.into_values().collect()
}

fn root(parents: &mut [usize], mut place: usize) -> usize {
    while parents[place] != place {
        parents[place] = parents[parents[place]];
        place = parents[place];
    }
    place
}

/// The most memory that this process had, as the kernel tells it.
fn memory() -> std::io::Result<String> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: not told here");
    Ok(line.split_whitespace().collect::<Vec<_>>().join(" "))
}
