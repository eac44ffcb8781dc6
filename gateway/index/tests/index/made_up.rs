//! Cards and filters of all kinds, made up so that many values are equal and many conditions meet.

use catalogue_index::{BrandFacts, CardFacts, Filter, GpuFacts, OfferFacts, SetFilter, Sort, Span};
use chrono::{DateTime, NaiveDate, Utc};
use proptest::{option, prelude::*, sample::select};

pub(crate) const SORTS: [Sort; 8] = [
    Sort::Relevance,
    Sort::PriceAsc,
    Sort::PriceDesc,
    Sort::DiscountDesc,
    Sort::MemoryDesc,
    Sort::NameAsc,
    Sort::ReleasedDesc,
    Sort::UpdatedDesc,
];

const TECHNOLOGIES: [&str; 6] = ["cuda", "dlss", "fsr", "ray-tracing", "vulkan", "xess"];
const OUTPUTS: [&str; 4] = ["displayport", "dvi", "hdmi", "vga"];
const BRANDS: [&str; 5] = ["asus", "gigabyte", "msi", "palit", "sapphire"];
const GPUS: [&str; 6] = ["arc-a770", "rtx-4060", "rtx-4070", "rtx-4070-ti", "rx-7600", "rx-7900-xt"];
const MAKERS: [&str; 3] = ["amd", "intel", "nvidia"];
const AVAILABILITIES: [&str; 4] = ["in_stock", "on_order", "out_of_stock", "unknown"];
const SHOPS: [&str; 3] = ["countrylink", "netvideo", "third"];
const LINES: [&str; 8] =
    ["dual", "eagle oc", "gaming x", "tuf gaming", "strix", "ventus 2x", "", "dual white oc"];

fn some_of(all: &'static [&str]) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(select(all), 0..=all.len()).prop_map(strings)
}

fn strings(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

/// Values as a filter may have them: known ones, one that no card has, and the same one twice.
fn wanted(all: &'static [&str]) -> impl Strategy<Value = Vec<String>> {
    let one = prop_oneof![9 => select(all), 1 => Just("unheard-of")];
    prop::collection::vec(one, 0..4).prop_map(strings)
}

fn price() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        3 => Just(None),
        10 => (0..40_i64).prop_map(|step| Some(10_000 + step * 997)),
        10 => (0..100_000_i64).prop_map(Some),
        1 => select(&[0, 1, -5, i64::MAX, i64::MAX - 1, i64::MIN][..]).prop_map(Some),
    ]
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (0..30_i64, select(&[0, 1_000, 1_500, 999_999_999][..]))
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(1_790_000_000 + seconds, nanos).unwrap())
}

fn day() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        20 => (0..12_i32).prop_map(|number| NaiveDate::from_ymd_opt(2020 + number / 6, 1, 1 + number.unsigned_abs() % 6).unwrap()),
        1 => select(vec![NaiveDate::MIN, NaiveDate::MAX, NaiveDate::from_ymd_opt(1, 1, 1).unwrap()]),
    ]
}

/// Of these, the brand and the chip are part of the name, or not.
pub(crate) fn card(ids: std::ops::Range<i64>) -> impl Strategy<Value = CardFacts> {
    let named = (
        option::weighted(0.9, select(&BRANDS[..])),
        option::weighted(0.9, select(&GPUS[..])),
        select(&LINES[..]),
        any::<bool>(),
    );
    let numbers = (
        option::weighted(0.8, select(&[0, 512, 8192, 12288, 16384, 24576, u32::MAX][..])),
        option::weighted(0.8, prop_oneof![9 => (5..12_u32).prop_map(|step| step * 25), 1 => Just(0)]),
        option::weighted(0.5, 200..230_u32),
        price(),
        prop_oneof![Just(0), 0..2_000_u32],
    );
    let sets = (some_of(&TECHNOLOGIES), some_of(&OUTPUTS), some_of(&SHOPS), some_of(&AVAILABILITIES));
    let rest = (
        option::weighted(0.8, day()),
        time(),
        select(&MAKERS[..]),
        prop::collection::vec("[A-C]{2}-[0-9]{3}[a-c]", 0..3),
    );
    (ids, named, numbers, sets, rest).prop_map(|(id, named, numbers, sets, rest)| {
        let (brand, gpu, line, told) = named;
        let (memory_mb, board_power_watts, length_mm, best_price_minor, discount_bp) = numbers;
        let (technologies, outputs, shops, availabilities) = sets;
        let (released_on, updated_at, maker, codes) = rest;
        let brand_name = brand.filter(|_| told).unwrap_or_default();
        let gpu_name = gpu.filter(|_| told).unwrap_or_default().replace('-', " ");
        CardFacts {
            id,
            name_key: format!("{brand_name} {line} {gpu_name}")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            brand: brand.map(|slug| BrandFacts { slug: slug.to_owned(), name: slug.to_owned() }),
            gpu: gpu.map(|slug| GpuFacts {
                slug: slug.to_owned(),
                name: slug.to_owned(),
                maker: maker.to_owned(),
            }),
            memory_mb,
            board_power_watts,
            length_mm,
            technologies,
            outputs,
            offers: OfferFacts { shops, availabilities, best_price_minor, discount_bp, updated_at },
            released_on,
            codes,
        }
    })
}

fn span(numbers: impl Strategy<Value = i64> + Clone + 'static) -> impl Strategy<Value = Span> {
    (option::weighted(0.7, numbers.clone()), option::weighted(0.7, numbers))
        .prop_map(|(min, max)| Span { min, max })
}

fn set(all: &'static [&str]) -> impl Strategy<Value = SetFilter> {
    (
        option::weighted(0.5, wanted(all)),
        option::weighted(0.3, wanted(all)),
        option::weighted(0.3, wanted(all)),
    )
        .prop_map(|(all_of, any_of, none_of)| SetFilter { all_of, any_of, none_of })
}

fn flat_filter() -> impl Strategy<Value = Filter> {
    let prices = prop_oneof![9 => 0..100_000_i64, 1 => any::<i64>()];
    let spans = (
        option::weighted(0.3, span(prices)),
        option::weighted(0.15, span(select(&[0, 1, 8192, 12288, 20_000, i64::MAX][..]))),
        option::weighted(0.1, span(100..300_i64)),
        option::weighted(0.1, span(195..235_i64)),
        option::weighted(0.1, time()),
    );
    let sets = (option::weighted(0.3, set(&TECHNOLOGIES)), option::weighted(0.1, set(&OUTPUTS)));
    let lists = (
        option::weighted(0.2, wanted(&BRANDS)),
        option::weighted(0.1, wanted(&GPUS)),
        option::weighted(0.1, wanted(&MAKERS)),
        option::weighted(0.1, wanted(&AVAILABILITIES)),
        option::weighted(0.1, wanted(&SHOPS)),
    );
    (spans, sets, lists).prop_map(|(spans, sets, lists)| {
        let (price_minor, memory_mb, board_power_watts, length_mm, updated_since) = spans;
        let (technologies, outputs) = sets;
        let (brands, gpus, chip_makers, availabilities, shops) = lists;
        Filter {
            price_minor,
            technologies,
            outputs,
            brands,
            gpus,
            chip_makers,
            memory_mb,
            board_power_watts,
            length_mm,
            availabilities,
            shops,
            updated_since,
            ..Filter::default()
        }
    })
}

pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    flat_filter().prop_recursive(3, 12, 3, |inner| {
        let parts = || option::weighted(0.2, prop::collection::vec(inner.clone(), 0..3));
        (flat_filter(), parts(), parts(), option::weighted(0.2, inner.clone()))
            .prop_map(|(flat, and, or, not)| Filter { and, or, not: not.map(Box::new), ..flat })
    })
}
