//! What the shops' pages are read as, and what becomes of pages that are none.

#![expect(clippy::unwrap_used, reason = "a test that can't go on says where it stopped")]

use chrono::DateTime;
use collector::{
    listing::Items,
    reading::Unreadable,
    shops::{Foreign, Position, Scope, Shop, countrylink::CountryLink, netvideo::NetVideo},
};
use events::{Availability, ProductEvent, SupportedTechnology};
use serde_json::{Value, json};

const NETVIDEO_PAGE: &[u8] = include_bytes!("fixtures/netvideo.json");
const COUNTRYLINK_PAGE: &[u8] = include_bytes!("fixtures/countrylink.json");

fn netvideo() -> NetVideo {
    NetVideo::new("http://shop.test/netvideo/").unwrap()
}

fn countrylink() -> CountryLink {
    CountryLink::new("http://shop.test/countrylink", &"the-key".into()).unwrap()
}

fn page(number: u32, last: Option<u32>) -> Position {
    Position::Page { number, last }
}

fn refusals(items: &Items) -> Vec<(Option<&str>, &str, Unreadable)> {
    let refused = items.refused.iter();
    refused.map(|item| (item.id.as_deref(), item.trouble.field, item.trouble.reason)).collect()
}

#[test]
fn requests_say_what_the_shops_understand() {
    let since = Scope::ChangedSince(DateTime::from_timestamp(1_763_633_520, 0).unwrap());
    let cases: [(&dyn Shop, Scope, Position, &str); 4] = [
        (
            &netvideo(),
            Scope::Full,
            page(3, Some(9)),
            "http://shop.test/netvideo/v1/videocards?page=3&per_page=200",
        ),
        (
            &netvideo(),
            since,
            page(1, None),
            "http://shop.test/netvideo/v1/videocards?page=1&per_page=200&updated_since=2025-11-20T10%3A12%3A00Z",
        ),
        (
            &countrylink(),
            Scope::Full,
            Position::Cursor(None),
            "http://shop.test/countrylink/api/products?category=gpu&limit=500",
        ),
        (
            &countrylink(),
            since,
            Position::Cursor(Some("a+b=".to_owned())),
            "http://shop.test/countrylink/api/products?category=gpu&limit=500&cursor=a%2Bb%3D&changed_after=1763633520",
        ),
    ];
    for (shop, scope, position, expected) in cases {
        assert_eq!(shop.request(scope, &position).url.as_str(), expected);
    }
    let request = countrylink().request(Scope::Full, &Position::Cursor(None));
    assert_eq!(request.headers[0].0, "x-api-key");
    assert!(!format!("{request:?} {:?}", countrylink()).contains("the-key"), "a key is never printed");
}

#[test]
fn netvideo_is_read_in_our_units_and_what_is_wrong_is_refused_alone() {
    let page = netvideo().read(NETVIDEO_PAGE, &page(1, None)).unwrap();
    assert_eq!(page.next, Some(self::page(2, Some(9))));
    let [first, second] = page.items.sound.as_slice() else { panic!("{:?}", page.items) };

    // The frozen example of the contract was made from both shops; NetVideo says the specs.
    let frozen = include_bytes!("../../events/fixtures/listing.changed.v1.json");
    let ProductEvent::ListingChanged(frozen) = ProductEvent::decode(frozen).unwrap() else { panic!() };
    assert_eq!((first.id.as_str(), &first.listing.specs), ("10482", &frozen.listing.specs));
    assert_eq!((&first.listing.price, first.listing.stock), (&frozen.listing.price, Some(14)));
    assert_eq!(first.listing.gtins, ["04711387457092"]);
    assert_eq!(first.troubles, []);

    assert_eq!((second.id.as_str(), second.listing.title.as_str()), ("10483", "KFA2 RTX 3060 12GB"));
    assert_eq!((second.listing.brand.clone(), second.listing.gpu.clone()), (None, None));
    assert_eq!(second.listing.availability, Availability::OutOfStock);
    let specs = &second.listing.specs;
    assert_eq!((specs.memory_mb, specs.boost_clock_mhz, specs.length_mm), (None, Some(2550), Some(301)));
    assert_eq!(specs.board_power_watts, None);
    assert_eq!(second.listing.shop_updated_at.to_rfc3339(), "2026-11-20T08:12:00+00:00");
    let troubles: Vec<_> = second.troubles.iter().map(|t| (t.field, t.reason, t.text.as_str())).collect();
    assert_eq!(
        troubles,
        [("ean", Unreadable::CheckDigit, "4711387457093"), ("memory_size", Unreadable::NoNumber, "twelve")]
    );

    assert_eq!(
        refusals(&page.items),
        [
            (Some("10484"), "price", Unreadable::NotAboveZero),
            (Some("10485"), "item", Unreadable::Nul),
            (Some("10486"), "price", Unreadable::WrongType),
            (None, "item", Unreadable::Malformed),
            (Some("10488"), "url", Unreadable::NotAnAddress),
            (None, "id", Unreadable::Missing),
            (None, "item", Unreadable::WrongType),
        ]
    );
}

#[test]
fn countrylink_is_read_in_our_units_and_what_is_wrong_is_refused_alone() {
    let page = countrylink().read(COUNTRYLINK_PAGE, &Position::Cursor(None)).unwrap();
    assert_eq!(page.next, Some(Position::Cursor(Some("b2Zmc2V0OjEwMA".to_owned()))));
    let [first, bare, partly] = page.items.sound.as_slice() else { panic!("{:?}", page.items) };

    let frozen = include_bytes!("../../events/fixtures/listing.changed.v1.json");
    let ProductEvent::ListingChanged(frozen) = ProductEvent::decode(frozen).unwrap() else { panic!() };
    assert_eq!(first.listing.interfaces, frozen.listing.interfaces);
    let technologies: Vec<_> = first.listing.technologies.iter().flatten().map(written).collect();
    assert_eq!(
        technologies,
        ["dlss 3.5", "ray-tracing", "g-sync", "directx 12 Ultimate", "vulkan 1.3", "cuda 8.9"]
    );
    assert_eq!(first.listing.brand.as_deref(), Some("Asus"));

    assert_eq!((bare.listing.price.amount_minor, bare.listing.availability), (100, Availability::Unknown));
    assert_eq!((&bare.listing.interfaces.bus, &bare.listing.interfaces.outputs), (&None, &None));
    assert_eq!(bare.listing.interfaces.power_connectors, Some(Vec::new()));
    assert_eq!((&bare.listing.technologies, &bare.listing.images), (&None, &Vec::new()));

    assert_eq!(partly.listing.interfaces.outputs.as_ref().map(Vec::len), Some(1));
    let troubles: Vec<_> =
        partly.troubles.iter().map(|trouble| (trouble.field, trouble.text.as_str())).collect();
    assert_eq!(troubles, [("barcodes", "123"), ("bus", "USB"), ("video", "SCART")]);

    assert_eq!(
        refusals(&page.items),
        [
            (Some("CL4"), "amount_minor", Unreadable::NotAboveZero),
            (Some("CL5"), "amount_minor", Unreadable::WrongType),
            (Some("CL6"), "currency", Unreadable::UnknownCurrency),
            (Some("CL7"), "changed", Unreadable::WrongType),
        ]
    );
}

fn written(technology: &SupportedTechnology) -> String {
    let version = technology.version.iter().map(|version| format!(" {version}"));
    std::iter::once(technology.code.clone()).chain(version).collect()
}

#[test]
fn what_is_not_a_page_is_refused_whole() {
    let netvideo_cases: [(&[u8], u32, Foreign); 11] = [
        (b"", 1, Foreign::NotJson),
        (b"<html><body>busy</body></html>", 1, Foreign::NotJson),
        (&NETVIDEO_PAGE[..NETVIDEO_PAGE.len() / 2], 1, Foreign::NotJson),
        (b"[]", 1, Foreign::WrongForm),
        (b"{}", 1, Foreign::WrongForm),
        (br#"{"page":1,"pages":1,"total":0,"items":{}}"#, 1, Foreign::WrongForm),
        (br#"{"page":1,"pages":2,"total":9,"items":[]}"#, 1, Foreign::EmptyTooSoon),
        (br#"{"page":1,"pages":1,"total":9,"items":[]}"#, 1, Foreign::EmptyTooSoon),
        (br#"{"page":2,"pages":3,"total":9,"items":[]}"#, 2, Foreign::EmptyTooSoon),
        (NETVIDEO_PAGE, 2, Foreign::AnotherPage),
        (
            b"{\"page\":1,\"pages\":1,\"total\":1,\"items\":[{\"id\":1,\"title\":\"\xff\xfe\"}]}",
            1,
            Foreign::NotJson,
        ),
    ];
    for (body, number, expected) in netvideo_cases {
        let text = String::from_utf8_lossy(body);
        assert_eq!(netvideo().read(body, &page(number, None)).unwrap_err(), expected, "{text:.80}");
    }
    let countrylink_cases: [(&[u8], Foreign); 4] = [
        (b"<html>", Foreign::NotJson),
        (br#"{"data":[]}"#, Foreign::WrongForm),
        (br#"{"data":null,"next_cursor":null}"#, Foreign::WrongForm),
        (br#"{"data":[],"next_cursor":"a\u0000b"}"#, Foreign::WrongForm),
    ];
    for (body, expected) in countrylink_cases {
        assert_eq!(countrylink().read(body, &Position::Cursor(None)).unwrap_err(), expected);
    }
}

/// A listing that its readers refuse would be told, and put aside by each of them.
#[test]
fn a_list_longer_than_a_listing_holds_says_nothing_and_is_noted() {
    let addresses =
        |count: usize| (0..count).map(|at| json!(format!("https://a.b/{at}"))).collect::<Vec<_>>();
    let lines: Vec<_> = (0..10)
        .map(|line| {
            (0..30)
                .map(|at| format!("HDMI {}.{}{}", line, at % 10, ["", "a", "b"][at / 10]))
                .collect::<Vec<_>>()
        })
        .map(|outputs| json!(outputs.join("/")))
        .collect();
    let cases = [
        ("/images", addresses(200), 200, vec![]),
        ("/images", addresses(201), 0, vec![("images", Unreadable::TooLong)]),
        ("/interfaces/video", lines[..6].to_vec(), 180, vec![]),
        ("/interfaces/video", lines, 0, vec![("video", Unreadable::TooLong)]),
    ];
    let page: Value = serde_json::from_slice(COUNTRYLINK_PAGE).unwrap();
    for (path, entries, expected, troubles) in cases {
        let mut page = page.clone();
        *page["data"][0].pointer_mut(path).unwrap() = json!(entries);
        let items = countrylink().read(page.to_string().as_bytes(), &Position::Cursor(None)).unwrap().items;
        let item = &items.sound[0];
        let read = match path {
            "/images" => item.listing.images.len(),
            _ => item.listing.interfaces.outputs.as_ref().map_or(0, Vec::len),
        };
        assert_eq!(read, expected, "{path}, {} entries", entries.len());
        let noted: Vec<_> = item.troubles.iter().map(|trouble| (trouble.field, trouble.reason)).collect();
        assert_eq!(noted, troubles, "{path}, {} entries", entries.len());
    }
}

/// What is refused for its size is never taken apart: as values it would take many times its bytes.
#[test]
fn what_is_larger_than_any_shop_sends_is_refused() {
    let zeros = |count: usize| vec!["0"; count].join(",");
    let page = |items: &str| format!(r#"{{"page":1,"pages":1,"total":1,"items":[{items}]}}"#);
    let read = |items: &str| netvideo().read(page(items).as_bytes(), &self::page(1, None));
    assert_eq!(read(&zeros(5_000)).unwrap().items.refused.len(), 5_000);
    assert_eq!(read(&zeros(5_001)).unwrap_err(), Foreign::WrongForm);

    let long = zeros(40_000);
    for (item, id) in [
        (format!(r#"{{"id":7,"title":[{long}]}}"#), Some("7")),
        (format!(r#"{{"title":[{long}],"id":"7"}}"#), Some("7")),
        (format!(r#"{{"title":[{long}],"id":1e999}}"#), None),
        (format!(r#"{{"id":[{long}]}}"#), None),
        (format!("[{long}]"), None),
    ] {
        assert_eq!(refusals(&read(&item).unwrap().items), [(id, "item", Unreadable::TooLong)], "{item:.80}");
    }
}

#[test]
fn the_last_page_and_an_empty_shop_end_a_crawl() {
    let last = br#"{"page":9,"pages":9,"total":842,"items":[]}"#;
    assert_eq!(netvideo().read(last, &page(9, Some(9))).unwrap().next, None);
    let empty = br#"{"page":1,"pages":0,"total":0,"items":[]}"#;
    assert_eq!(netvideo().read(empty, &page(1, None)).unwrap().next, None);
    let last = br#"{"data":[],"next_cursor":null}"#;
    assert_eq!(countrylink().read(last, &Position::Cursor(Some("x".to_owned()))).unwrap().next, None);
    assert_eq!(netvideo().skip(&page(3, Some(9))), Some(page(4, Some(9))));
    assert_eq!(netvideo().skip(&page(9, Some(9))), None);
    assert_eq!(netvideo().skip(&page(1, None)), None);
}

/// Whatever is broken in a page, reading it gives a page or a reason, and never ends the process.
#[test]
fn no_mangled_page_makes_a_reader_panic() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % (below as u64)).unwrap()
    };
    let shops: [(&dyn Shop, &[u8], Position); 2] = [
        (&netvideo(), NETVIDEO_PAGE, page(1, None)),
        (&countrylink(), COUNTRYLINK_PAGE, Position::Cursor(None)),
    ];
    for (shop, original, position) in shops {
        for _ in 0..4_000 {
            let mut body = original.to_vec();
            for _ in 0..=next(4) {
                let at = next(body.len().max(1)).min(body.len().saturating_sub(1));
                if body.is_empty() {
                    break;
                }
                match next(4) {
                    0 => body[at] = u8::try_from(next(256)).unwrap(),
                    1 => drop(body.remove(at)),
                    2 => body.insert(at, b"0{[\",}]\\-e9"[next(11)]),
                    _ => body.truncate(at.max(1)),
                }
            }
            let _ = shop.read(&body, &position);
        }
    }
}

/// Every value of every field, replaced by each of a list of wrong ones, harms only its own item.
#[test]
fn no_wrong_value_harms_a_neighbour() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e30),
        json!(""),
        json!("x".repeat(100_000)),
        json!("\u{0}"),
        json!([]),
        json!([[[[]]]]),
        json!({"a": {"b": "c"}}),
        json!("9".repeat(400)),
        json!("٣ ГБ × ½ — 12"),
    ];
    let shops: [(&dyn Shop, &[u8], &str, Position); 2] = [
        (&netvideo(), NETVIDEO_PAGE, "items", page(1, None)),
        (&countrylink(), COUNTRYLINK_PAGE, "data", Position::Cursor(None)),
    ];
    for (shop, original, list, position) in shops {
        let text = std::str::from_utf8(original).unwrap().replace("1e999", "1");
        let original: Value = serde_json::from_str(&text).unwrap();
        let neighbours = |page: &Items| page.sound[1..].to_vec();
        let expected = shop.read(text.as_bytes(), &position).unwrap().items;
        for path in paths(&original[list][0], String::new()) {
            for value in &wrong {
                let mut page = original.clone();
                *page[list][0].pointer_mut(&path).unwrap() = value.clone();
                let read = shop.read(page.to_string().as_bytes(), &position).unwrap().items;
                let is_first_sound = read.sound.len() == expected.sound.len();
                let others = if is_first_sound { neighbours(&read) } else { read.sound };
                let contents = |items: Vec<_>| {
                    items.into_iter().map(|item: collector::listing::Item| item.listing).collect::<Vec<_>>()
                };
                assert_eq!(contents(others), contents(neighbours(&expected)), "{path} {value:.40}");
            }
        }
    }
}

fn paths(value: &Value, here: String) -> Vec<String> {
    let inner: Vec<String> = match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| paths(value, format!("{here}/{name}"))).collect()
        }
        Value::Array(values) => {
            values.iter().enumerate().flat_map(|(at, value)| paths(value, format!("{here}/{at}"))).collect()
        }
        _ => Vec::new(),
    };
    if here.is_empty() { inner } else { inner.into_iter().chain([here]).collect() }
}
