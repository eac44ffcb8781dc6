//! What clients get for their queries, held against a plain reading of what was said.

mod support;

use events::{Availability, Listing};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::support::{
    catalogue::InProcess,
    hundred::{buyable, with_hundred},
    said::{changed, listing},
};

/// Whether a listing, the one of this number, has what a filter asks for.
type Plain = fn(usize, &Listing) -> bool;

fn has(listing: &Listing, code: &str) -> bool {
    listing.technologies.iter().flatten().any(|technology| technology.code == code)
}

fn output(listing: &Listing, kind: &str) -> bool {
    listing.interfaces.outputs.iter().flatten().any(|output| output.kind == kind)
}

fn price(listing: &Listing) -> i64 {
    if buyable(listing) { listing.price.amount_minor } else { i64::MIN }
}

fn memory_mb(listing: &Listing) -> u32 {
    listing.specs.memory_mb.unwrap_or_default()
}

/// Filters, and how one reads them who has all listings before him.
const FILTERS: &[(&str, Plain)] = &[
    ("", |_, _| true),
    ("price: {}", |_, it| buyable(it)),
    (r#"price: {min: "300"}"#, |_, it| price(it) >= 30_000),
    (r#"price: {max: "300"}"#, |_, it| buyable(it) && price(it) <= 30_000),
    (r#"price: {min: "250.00", max: "300.00"}"#, |_, it| (25_000..=30_000).contains(&price(it))),
    (r#"price: {min: "250.001", max: "299.999"}"#, |_, it| (25_001..=29_999).contains(&price(it))),
    ("price: {min: 250, max: 300}", |_, it| (25_000..=30_000).contains(&price(it))),
    (r#"price: {max: "-1"}"#, |_, _| false),
    (r#"price: {min: "99999999999999999999"}"#, |_, _| false),
    (r#"price: {max: "99999999999999999999"}"#, |_, it| buyable(it)),
    (r#"technologies: {allOf: ["dlss"]}"#, |_, it| has(it, "dlss")),
    (r#"technologies: {allOf: ["dlss", "vulkan"]}"#, |_, it| has(it, "dlss") && has(it, "vulkan")),
    (r"technologies: {allOf: []}", |_, _| true),
    (r#"technologies: {anyOf: ["dlss", "fsr"]}"#, |_, it| has(it, "dlss") || has(it, "fsr")),
    (r"technologies: {anyOf: []}", |_, _| false),
    (r#"technologies: {noneOf: ["dlss", "fsr"]}"#, |_, it| !has(it, "dlss") && !has(it, "fsr")),
    (r"technologies: {noneOf: []}", |_, _| true),
    (r#"technologies: {allOf: ["unheard-of"]}"#, |_, _| false),
    (r#"technologies: {allOf: ["dlss", "ray-tracing"], noneOf: ["vulkan"]}"#, |_, it| {
        has(it, "dlss") && has(it, "ray-tracing") && !has(it, "vulkan")
    }),
    (r#"technologies: {allOf: ["dlss"], anyOf: ["fsr", "vulkan"], noneOf: ["ray-tracing"]}"#, |_, it| {
        has(it, "dlss") && (has(it, "fsr") || has(it, "vulkan")) && !has(it, "ray-tracing")
    }),
    (r#"price: {max: "350"}, technologies: {allOf: ["ray-tracing"]}"#, |_, it| {
        buyable(it) && price(it) <= 35_000 && has(it, "ray-tracing")
    }),
    (r#"outputs: {allOf: ["hdmi", "displayport"]}"#, |_, it| output(it, "hdmi")),
    (r#"outputs: {noneOf: ["dvi"]}"#, |_, it| !output(it, "dvi")),
    (r#"brands: ["asus"]"#, |_, it| it.title.starts_with("ASUS")),
    (r#"brands: ["asus", "palit", "unheard-of"]"#, |_, it| {
        it.title.starts_with("ASUS") || it.title.starts_with("Palit")
    }),
    ("brands: []", |_, _| false),
    (r#"gpus: ["radeon-rx-7600"]"#, |_, it| it.title.contains("RX 7600")),
    ("chipMakers: [NVIDIA]", |_, it| it.title.contains("GeForce")),
    ("chipMakers: [AMD, INTEL]", |_, it| !it.title.contains("GeForce")),
    ("memoryGb: {min: 8, max: 16}", |_, it| (8192..=16_384).contains(&memory_mb(it))),
    ("memoryGb: {min: 24}", |_, it| memory_mb(it) >= 24_576),
    ("boardPowerWatts: {max: 150}", |_, it| it.specs.board_power_watts.is_some_and(|watts| watts <= 150)),
    ("not: {boardPowerWatts: {max: 150}}", |_, it| {
        it.specs.board_power_watts.is_none_or(|watts| watts > 150)
    }),
    ("lengthMm: {min: 1}", |_, _| false),
    ("availability: [IN_STOCK]", |_, it| it.availability == Availability::InStock),
    ("availability: [OUT_OF_STOCK, UNKNOWN]", |_, it| !buyable(it)),
    (r#"shops: ["countrylink"]"#, |number, _| number.is_multiple_of(3)),
    (r#"shops: ["countrylink", "netvideo"]"#, |_, _| true),
    (r#"updatedSince: "2020-01-01T00:00:00Z""#, |_, _| true),
    (r#"updatedSince: "2999-01-01T00:00:00Z""#, |_, _| false),
    (r#"and: [{brands: ["asus"]}, {memoryGb: {min: 12}}]"#, |_, it| {
        it.title.starts_with("ASUS") && memory_mb(it) >= 12_288
    }),
    (r#"or: [{brands: ["asus"]}, {technologies: {allOf: ["fsr"]}}]"#, |_, it| {
        it.title.starts_with("ASUS") || has(it, "fsr")
    }),
    ("or: []", |_, _| false),
    ("and: []", |_, _| true),
    ("not: {}", |_, _| false),
    (r#"not: {or: [{price: {min: "300"}}, {technologies: {anyOf: ["dlss"]}}]}"#, |_, it| {
        !(price(it) >= 30_000 || has(it, "dlss"))
    }),
    (r#"brands: ["asus"], not: {brands: ["asus"]}"#, |_, _| false),
];

#[tokio::test]
async fn filters_give_exactly_what_a_plain_reading_gives() {
    let (gateway, listings) = with_hundred().await;
    for (filter, plain) in FILTERS {
        let query = format!(
            "{{ videoCards(first: 100, filter: {{{filter}}}) {{ totalCount nodes {{ offers {{ title }} }} }} }}"
        );
        let data = gateway.ask(&query).await;
        let page = &data["videoCards"];
        let mut served: Vec<&str> = page["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|card| card["offers"][0]["title"].as_str().unwrap())
            .collect();
        let mut expected: Vec<&str> = listings
            .iter()
            .enumerate()
            .filter(|(number, listing)| plain(*number, listing))
            .map(|(_, listing)| listing.title.as_str())
            .collect();
        served.sort_unstable();
        expected.sort_unstable();
        assert_eq!(served, expected, "{filter}");
        assert_eq!(page["totalCount"], expected.len(), "{filter}");
    }
}

#[tokio::test]
async fn a_page_costs_the_same_number_of_statements_however_long_it_is() {
    const EVERYTHING: &str = "query($first: Int!) { videoCards(first: $first) { totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id slug name brand { name cardCount } gpu { name maker } mpns gtins
            specs { memoryGb boardPowerWatts } interfaces { bus outputs { kind count } }
            technologies { code name cardCount } technologyVersions { version technology { name } }
            offers { id title url price { formatted } basePrice { amount } availability observedAt stale
                shop { name healthy lastSeenAt listingCount } }
            bestOffer { price { amount } } priceRange { min { amount } max { amount } }
            sources { field value shop { slug } chosen conflict } match { by confidence explanation } } } } }";
    let (gateway, _) = with_hundred().await;
    let mut admin = PgConnection::connect(&gateway.sandbox.admin_database_url()).await.unwrap();
    let mut statements = Vec::new();
    for first in [10, 30, 50, 70, 90, 100, 100, 100, 100, 100] {
        sqlx::query("select public.pg_stat_statements_reset()").execute(&mut admin).await.unwrap();
        let answer = gateway.ask_with(EVERYTHING, json!({ "first": first })).await;
        assert_eq!(answer["errors"], Value::Null);
        assert_eq!(answer["data"]["videoCards"]["edges"].as_array().unwrap().len(), first);
        let calls: i64 = sqlx::query_scalar(
            "select sum(calls)::bigint from public.pg_stat_statements s join pg_roles r on r.oid = s.userid
             join pg_database d on d.oid = s.dbid where r.rolname = 'gateway' and d.datname = current_database()
             and query ilike '%from%gateway.%' and query not ilike '%catalogue%'
             and query not ilike '%changed_version%' and query not ilike '%as served%'
             and query not ilike '%as kind%'",
        )
        .fetch_one(&mut admin)
        .await
        .unwrap();
        statements.push(calls);
    }
    // Cards, offers, technologies, brands, chips, sources, shops, and the shops' counts.
    assert_eq!(statements, [8; 10]);
}

#[tokio::test]
async fn what_cant_be_meant_is_refused_in_a_sentence_with_a_code() {
    let (gateway, _) = with_hundred().await;
    let deep = format!("{}brands: []{}", "not: {".repeat(20), "}".repeat(20));
    let long = format!("brands: [{}]", "\"x\",".repeat(101));
    let by_price = gateway.ask("{ videoCards(sort: PRICE_ASC, first: 1) { pageInfo { endCursor } } }").await;
    let cursor = by_price["videoCards"]["pageInfo"]["endCursor"].to_string();
    let cases = [
        ("first: -1".to_owned(), "BAD_PAGE_SIZE", "`first` is -1"),
        ("first: 100000".to_owned(), "BAD_PAGE_SIZE", "from 0 to 100"),
        ("last: 101".to_owned(), "BAD_PAGE_SIZE", "`last` is 101"),
        ("first: 1, last: 1".to_owned(), "BAD_PAGE_SIZE", "either `first` or `last`"),
        ("after: \"bad\"".to_owned(), "BAD_CURSOR", "`after` is not a cursor"),
        ("before: \"\"".to_owned(), "BAD_CURSOR", "`before` is not a cursor"),
        (format!("sort: NAME_ASC, after: {cursor}"), "BAD_CURSOR", "another `sort`"),
        (
            "filter: {price: {min: \"2\", max: \"1\"}}".to_owned(),
            "BAD_USER_INPUT",
            "`filter.price.min` is above",
        ),
        ("filter: {memoryGb: {min: 2, max: 1}}".to_owned(), "BAD_USER_INPUT", "`filter.memoryGb.min`"),
        (format!("filter: {{{deep}}}"), "BAD_USER_INPUT", "deep"),
        (format!("filter: {{{long}}}"), "BAD_USER_INPUT", "`filter.brands` has 101 values"),
    ];
    for (arguments, code, sentence) in cases {
        let answer =
            gateway.ask_with(&format!("{{ videoCards({arguments}) {{ totalCount }} }}"), Value::Null).await;
        let error = &answer["errors"][0];
        let expected = json!({ "code": code, "classification": "ValidationError" });
        assert_eq!(error["extensions"], expected, "{arguments}: {answer}");
        assert!(error["message"].as_str().unwrap().contains(sentence), "{arguments}: {error}");
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{arguments}");
    }
    let floats =
        gateway.ask_with("{ videoCards(filter: {price: {max: 1.5}}) { totalCount } }", Value::Null).await;
    assert!(floats["errors"][0]["message"].as_str().unwrap().contains("\"1.5\" instead of 1.5"), "{floats}");
    let nul = gateway.ask_with("{ videoCard(by: {slug: \"\\u0000\"}) { id } }", Value::Null).await;
    assert_eq!(nul["data"]["videoCard"], Value::Null, "{nul}");
    let nul =
        gateway.ask_with("{ videoCards(filter: {brands: [\"\\u0000\"]}) { totalCount } }", Value::Null).await;
    assert_eq!(nul["data"]["videoCards"]["totalCount"], 0, "{nul}");
}

#[tokio::test]
async fn facets_and_price_statistics_count_what_a_plain_reading_counts() {
    let (gateway, listings) = with_hundred().await;
    let query = "{ videoCards(filter: {brands: [\"asus\", \"palit\"], technologies: {allOf: [\"dlss\"]}, price: {max: \"400\"}}) {
        totalCount facets { id values { value label count selected } }
        priceStats(buckets: 5) { min { amount } max { amount } median { amount } buckets { count } } } }";
    let data = gateway.ask(query).await;
    let page = &data["videoCards"];
    let brand = |it: &Listing| it.title.starts_with("ASUS") || it.title.starts_with("Palit");
    let dlss = |it: &Listing| it.technologies.iter().flatten().any(|technology| technology.code == "dlss");
    let cheap = |it: &Listing| buyable(it) && it.price.amount_minor <= 40_000;
    let facet = |id: &str, value: &str| {
        let facets = page["facets"].as_array().unwrap();
        let values = facets.iter().find(|facet| facet["id"] == id).unwrap()["values"].as_array().unwrap();
        values.iter().find(|known| known["value"] == value).cloned().unwrap_or_default()
    };
    let count = |fits: &dyn Fn(&Listing) -> bool| listings.iter().filter(|it| fits(it)).count();
    assert_eq!(page["totalCount"], count(&|it| brand(it) && dlss(it) && cheap(it)));
    // A facet ignores its own selection and obeys all else.
    for (slug, name) in [("asus", "ASUS"), ("gigabyte", "Gigabyte"), ("palit", "Palit")] {
        let expected = count(&|it| it.title.starts_with(name) && dlss(it) && cheap(it));
        let value = facet("brands", slug);
        assert_eq!(value["count"], expected, "{slug}");
        assert_eq!(value["selected"], slug != "gigabyte", "{slug}");
        assert_eq!(value["label"], name);
    }
    let vulkan =
        |it: &Listing| it.technologies.iter().flatten().any(|technology| technology.code == "vulkan");
    assert_eq!(facet("technologies", "vulkan")["count"], count(&|it| vulkan(it) && brand(it) && cheap(it)));
    let eight = |it: &Listing| it.specs.memory_mb == Some(8192);
    assert_eq!(facet("memoryGb", "8")["count"], count(&|it| eight(it) && brand(it) && dlss(it) && cheap(it)));
    assert_eq!(facet("chipMakers", "NVIDIA")["label"], "NVIDIA");
    assert_eq!(facet("availability", "IN_STOCK")["label"], "In stock");
    // Price statistics ignore the price range.
    let mut prices: Vec<i64> = listings
        .iter()
        .filter(|it| brand(it) && dlss(it) && buyable(it))
        .map(|it| it.price.amount_minor)
        .collect();
    prices.sort_unstable();
    let amount = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let stats = &page["priceStats"];
    assert_eq!(stats["min"]["amount"], amount(prices[0]));
    assert_eq!(stats["max"]["amount"], amount(prices[prices.len() - 1]));
    assert_eq!(stats["median"]["amount"], amount(prices[(prices.len() - 1) / 2]));
    let counted: u64 =
        stats["buckets"].as_array().unwrap().iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, prices.len() as u64);
}

#[tokio::test]
async fn a_search_forgives_typos_but_not_in_numbers() {
    let (gateway, _) = with_hundred().await;
    let found = async |text: &str| {
        let query =
            "query($text: String!) { videoCards(first: 100, search: $text, sort: RELEVANCE) { totalCount
            nodes { name } } suggest(text: $text, first: 3) { name } }";
        gateway.ask_with(query, json!({ "text": text })).await["data"].clone()
    };
    let cases = [
        ("rtx4070", 25, "4070"),
        ("4070 rtx asus", 5, "ASUS"),
        ("gigabite 7600", 5, "Gigabyte"),
        ("sapph", 20, "Sapphire"),
        ("4071", 0, ""),
        ("zzzz", 0, ""),
    ];
    for (text, count, word) in cases {
        let data = found(text).await;
        assert_eq!(data["videoCards"]["totalCount"], count, "{text}");
        let names = data["videoCards"]["nodes"].as_array().unwrap();
        assert!(names.iter().all(|card| card["name"].as_str().unwrap().contains(word)), "{text}: {names:?}");
        assert_eq!(data["suggest"].as_array().unwrap().len(), count.min(3), "{text}");
    }
}

#[tokio::test]
async fn more_cards_than_one_statement_reads_are_all_served() {
    const COPIES: i64 = 12_000;
    let gateway = InProcess::start("").await;
    gateway
        .apply(&[changed(
            "netvideo",
            "1",
            1,
            listing("ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB", 60_000),
        )])
        .await;
    // With gaps between their ids, and some that are not served any more.
    let copy = "insert into gateway.card
        select (jsonb_populate_record(card, jsonb_build_object(
            'id', card.id + number * 3, 'slug', card.slug || '--' || number,
            'listing_count', case when number % 5 = 0 then 0 else 1 end
        ))).*
        from gateway.card cross join generate_series(1, $1) as number";
    sqlx::query(copy).bind(COPIES).execute(&gateway.pool).await.unwrap();
    let data = gateway
        .ask("{ videoCards(first: 1, sort: NAME_ASC) { totalCount } brands { slug cardCount } }")
        .await;
    let served = 1 + COPIES * 4 / 5;
    assert_eq!(data["videoCards"]["totalCount"], served);
    assert_eq!(data["brands"], json!([{ "slug": "asus", "cardCount": served }]));
}
