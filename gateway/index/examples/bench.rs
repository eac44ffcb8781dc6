//! What the index costs: `cargo run --release -p catalogue-index --example bench -- 1000000`.
//!
//! Makes up a catalogue of so many cards by a fixed seed, and prints the time to build an index of it, the memory
//! that it takes, and the time of queries and changes, in microseconds.

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::{hint::black_box, sync::Arc, time::Instant};

use catalogue_index::{
    BrandFacts, CardFacts, Filter, GpuFacts, Index, List, OfferFacts, SetFilter, Sort, Span, Stretch,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};

const BRANDS: [&str; 24] = [
    "ASUS",
    "MSI",
    "Gigabyte",
    "Palit",
    "Zotac",
    "Sapphire",
    "PowerColor",
    "XFX",
    "ASRock",
    "PNY",
    "Gainward",
    "Inno3D",
    "KFA2",
    "EVGA",
    "Biostar",
    "Acer",
    "Intel",
    "AMD",
    "NVIDIA",
    "Colorful",
    "Leadtek",
    "Maxsun",
    "Sparkle",
    "Yeston",
];
const LINES: [&str; 16] = [
    "TUF Gaming",
    "ROG Strix",
    "Dual",
    "Ventus 2X",
    "Gaming X Trio",
    "Suprim X",
    "Eagle",
    "Aorus Master",
    "Windforce",
    "Twin Edge",
    "Pulse",
    "Nitro+",
    "Red Devil",
    "Challenger",
    "JetStream",
    "Phoenix",
];
const TECHNOLOGIES: [&str; 20] = [
    "ray-tracing",
    "dlss",
    "fsr",
    "xess",
    "cuda",
    "vulkan",
    "opengl",
    "directx",
    "g-sync",
    "freesync",
    "reflex",
    "nvenc",
    "av1",
    "resizable-bar",
    "hdcp",
    "vr-ready",
    "multi-monitor",
    "opencl",
    "ansel",
    "broadcast",
];
const OUTPUTS: [&str; 5] = ["hdmi", "displayport", "dvi", "vga", "usb-c"];
const MEMORY_GB: [u32; 10] = [2, 4, 6, 8, 10, 12, 16, 20, 24, 32];
const AVAILABILITIES: [&str; 6] =
    ["in_stock", "preorder", "on_order", "out_of_stock", "discontinued", "unknown"];

fn strings(all: &[&str], keep: impl FnMut(&&&str) -> bool) -> Vec<String> {
    all.iter().filter(keep).map(|one| (*one).to_owned()).collect()
}

fn chip(random: &mut SmallRng) -> (String, &'static str) {
    let tier = 10 * random.random_range(1..10);
    match random.random_range(0..10) {
        0..6 => {
            let suffix = ["", " Ti", " SUPER", " Ti SUPER"].choose(random).unwrap_or(&"");
            (format!("GeForce RTX {}{suffix}", random.random_range(2..6) * 1000 + tier), "nvidia")
        }
        6..9 => {
            let suffix = ["", " XT", " XTX", " GRE"].choose(random).unwrap_or(&"");
            (format!("Radeon RX {}{suffix}", random.random_range(5..10) * 1000 + tier * 10), "amd")
        }
        _ => (format!("Arc A{}", tier * 10), "intel"),
    }
}

fn card(id: i64, random: &mut SmallRng) -> CardFacts {
    let brand = BRANDS[random.random_range(0..BRANDS.len()).min(random.random_range(0..BRANDS.len()))];
    let line = LINES[random.random_range(0..LINES.len())];
    let (chip, maker) = chip(random);
    let memory_gb = MEMORY_GB[random.random_range(0..MEMORY_GB.len())];
    let (oc, white) = (random.random_bool(0.5), random.random_bool(0.1));
    let name = format!(
        "{brand} {line} {chip}{}{} {memory_gb}GB GDDR6X",
        if oc { " OC" } else { "" },
        if white { " White" } else { "" }
    );
    let digits: String = chip.chars().filter(char::is_ascii_digit).collect();
    let mpn = format!("{}-{digits}-{:05X}-{memory_gb}G", &brand[..2], random.random_range(0..0x10_0000));
    let lower = |text: &str| text.to_lowercase().replace([' ', '+'], "-");
    CardFacts {
        id,
        name_key: name.to_lowercase().replace('+', ""),
        brand: Some(BrandFacts { slug: lower(brand), name: brand.to_owned() }),
        gpu: Some(GpuFacts { slug: lower(&chip), name: chip, maker: maker.to_owned() }),
        memory_mb: Some(memory_gb * 1024),
        board_power_watts: random.random_bool(0.8).then(|| random.random_range(15..120) * 5),
        length_mm: random.random_bool(0.7).then(|| random.random_range(160..360)),
        technologies: strings(&TECHNOLOGIES, |_| random.random_bool(0.45)),
        outputs: strings(&OUTPUTS, |_| random.random_bool(0.5)),
        offers: OfferFacts {
            shops: strings(&["netvideo", "countrylink"], |_| random.random_bool(0.7)),
            availabilities: vec![AVAILABILITIES[random.random_range(0..6)].to_owned()],
            best_price_minor: random
                .random_bool(0.8)
                .then(|| 10_000 + random.random_range(0..500) * random.random_range(0..500)),
            discount_bp: if random.random_bool(0.2) { random.random_range(0..5_000) } else { 0 },
            updated_at: time(1_790_000_000_000_000 + random.random_range(0..1 << 40)),
        },
        released_on: NaiveDate::from_ymd_opt(2019, 1, 1)
            .and_then(|day| day.checked_add_days(Days::new(random.random_range(0..2_500)))),
        codes: vec![mpn, format!("47{:011}", random.random_range(0..99_999_999_999_u64))],
    }
}

fn time(us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(us).unwrap_or_default()
}

/// The memory of the process in MiB.
fn memory_mib() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4096.0 / 1_048_576.0
}

/// The CPU time that the process has taken, in seconds.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // In and out of the kernel, in hundredths of a second.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Runs something again and again, and prints the median and the 99th percentile of its time.
fn measure(name: &str, times: usize, mut run: impl FnMut(usize)) {
    let mut took: Vec<f64> = (0..times)
        .map(|time| {
            let start = Instant::now();
            run(time);
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!("{name:<66} p50 {:>9.1} us   p99 {:>9.1} us", took[times / 2], took[times * 99 / 100]);
}

fn window(random: &mut SmallRng) -> Span {
    let min = random.random_range(10_000..80_000);
    Span { min: Some(min), max: Some(min + random.random_range(5_000..60_000)) }
}

fn with(technology: &str) -> SetFilter {
    SetFilter { all_of: Some(vec![technology.to_owned()]), ..SetFilter::default() }
}

fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 1_000_000] } else { sizes };
    for size in sizes {
        println!("\n{size} cards");
        bench(size);
    }
}

fn bench(size: usize) {
    let last = i64::try_from(size).unwrap_or(i64::MAX);
    let cards = || {
        let mut random = SmallRng::seed_from_u64(42);
        (1..=last).map(move |id| card(id, &mut random))
    };
    // Making cards up is no part of it; nor is what others do on the machine.
    let start_s = cpu_s();
    cards().for_each(|card| drop(black_box(card)));
    let (made_up_s, before_mib) = (cpu_s() - start_s, memory_mib());
    let start_s = cpu_s();
    let index = Index::build(cards());
    let built_s = cpu_s() - start_s - made_up_s;
    println!("built in {built_s:.2} s of CPU time, takes {:.0} MiB", memory_mib() - before_mib);
    let index = Arc::new(index);
    queries(&index);
    searches(&index);
    changes(&index, last);
    println!("{:<66} {:>9.0} MiB", "memory at last", memory_mib() - before_mib);
}

fn queries(index: &Arc<Index>) {
    let mut random = SmallRng::seed_from_u64(7);
    let list = |filter: Filter| List::new(Arc::clone(index), filter).expect("it is flat");
    let first = Stretch { size: 20, ..Stretch::default() };
    let mut windowed = || Filter {
        price_minor: Some(window(&mut random)),
        technologies: Some(with(TECHNOLOGIES.choose(&mut random).unwrap_or(&""))),
        ..Filter::default()
    };
    let filters: Vec<Filter> = (0..200).map(|_| windowed()).collect();
    measure("Q2 price window + technology, by price, first 20", 1_000, |time| {
        black_box(list(filters[time % 200].clone()).page(Sort::PriceAsc, &first).expect("no place is given"));
    });
    measure("   the same, by name", 200, |time| {
        black_box(list(filters[time].clone()).page(Sort::NameAsc, &first).expect("no place is given"));
    });
    measure("   its count alone", 200, |time| {
        black_box(list(filters[time].clone()).count());
    });
    measure("Q4 a brand, by price, first 20, with the count", 200, |time| {
        let slug = BRANDS[time % BRANDS.len()].to_lowercase();
        let list = list(Filter { brands: Some(vec![slug]), ..Filter::default() });
        black_box((list.page(Sort::PriceAsc, &first).expect("no place is given"), list.count()));
    });
    measure("Q5 Q2 with the count, all facets and price statistics", 200, |time| {
        let list = list(filters[time].clone());
        black_box(list.page(Sort::PriceAsc, &first).expect("no place is given"));
        black_box((list.count(), list.facets(), list.price_stats(10)));
    });
    measure("   its facets alone", 200, |time| {
        black_box(list(filters[time].clone()).facets());
    });
    measure("   its price statistics alone", 200, |time| {
        black_box(list(filters[time].clone()).price_stats(10));
    });
    measure("everything: facets", 20, |_| {
        black_box(list(Filter::default()).facets());
    });
    measure("everything: price statistics", 20, |_| {
        black_box(list(Filter::default()).price_stats(50));
    });
    measure("cards with a rare length, by discount, first 20", 200, |time| {
        let length = 160 + i64::try_from(time).unwrap_or_default();
        let length_mm = Some(Span { min: Some(length), max: Some(length) });
        let list = list(Filter { length_mm, price_minor: Some(Span::default()), ..Filter::default() });
        black_box(list.page(Sort::DiscountDesc, &first).expect("no place is given"));
    });
    measure("the worst: dear cards only, the cheapest last, by memory", 50, |_| {
        let dear = Filter { price_minor: Some(Span { min: Some(255_000), max: None }), ..Filter::default() };
        black_box(list(dear).page(Sort::MemoryDesc, &first).expect("no place is given"));
    });
}

fn searches(index: &Arc<Index>) {
    for text in ["r", "ge", "geforce rtx 4070 ti", "rtx4070 asus tu", "gefroce 4070", "videokarta", "AS-407"]
    {
        measure(&format!("suggest `{text}`"), 200, |_| {
            black_box(index.suggest(text, 8));
        });
    }
    for text in ["geforce rtx 4070 ti", "gaming", "gefroce strxi"] {
        measure(&format!("search `{text}`: first 20, count, facets"), 50, |_| {
            let filter = Filter { search: Some(text.to_owned()), ..Filter::default() };
            let list = List::new(Arc::clone(index), filter).expect("it is flat");
            let first = Stretch { size: 20, ..Stretch::default() };
            black_box(list.page(Sort::Relevance, &first).expect("no place is given"));
            black_box((list.count(), list.facets()));
        });
    }
}

fn changes(published: &Arc<Index>, last: i64) {
    let mut random = SmallRng::seed_from_u64(3);
    let mut index = Index::clone(published);
    let mut cards: Vec<CardFacts> = Vec::new();
    for _ in 0..5_000 {
        let id = random.random_range(1..=last);
        cards.push(card(id, &mut random));
    }
    measure("another card altogether under an id, no snapshot between", 5_000, |time| {
        index.upsert(&cards[time]);
    });
    let mut now = 1_800_000_000_000_000;
    let mut reprice = |index: &mut Index, card: &CardFacts| {
        now += 1;
        let price = random.random_range(10_000..250_000);
        let offers =
            OfferFacts { best_price_minor: Some(price), updated_at: time(now), ..card.offers.clone() };
        index.reprice(card.id, &offers);
    };
    measure("another price of a card", 5_000, |time| reprice(&mut index, &cards[time]));
    let mut pick = SmallRng::seed_from_u64(4);
    let mut snapshot = Arc::new(index.clone());
    measure("a batch of 500 other prices, and a snapshot", 200, |_| {
        for _ in 0..500 {
            reprice(&mut index, &cards[pick.random_range(0..5_000)]);
        }
        snapshot = Arc::new(index.clone());
    });
    drop(snapshot);
    measure("a snapshot after no change", 200, |_| {
        black_box(index.clone());
    });
    measure("a new card, and its removal", 2_000, |time| {
        let new = CardFacts { id: last + 1, ..cards[time].clone() };
        index.upsert(&new);
        index.remove(last + 1);
    });
}
