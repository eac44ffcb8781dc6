//! The frozen examples are what other teams' consumers were built on: these bytes never change.

use events::{DecodeError, ProductEvent};

const EXAMPLES: [(&str, &str); 5] = [
    ("listing.changed", include_str!("../fixtures/listing.changed.v1.json")),
    ("listing.changed, missing", include_str!("../fixtures/listing.missing.v1.json")),
    ("listing.gone", include_str!("../fixtures/listing.gone.v1.json")),
    ("crawl.ended", include_str!("../fixtures/crawl.ended.v1.json")),
    ("crawl.ended, with versions", include_str!("../fixtures/crawl.ended.versions.v1.json")),
];

#[test]
fn every_frozen_example_is_read_and_written_back_to_the_same_bytes() {
    for (name, text) in EXAMPLES {
        let event = ProductEvent::decode(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(String::from_utf8(event.encode()).unwrap(), text.trim_end(), "{name}");
    }
}

#[test]
fn a_field_that_is_not_known_is_ignored() {
    for (name, text) in EXAMPLES {
        let more = text.replacen('{', r#"{"traceparent":"00-ab-cd-01","#, 1);
        assert_eq!(
            ProductEvent::decode(more.as_bytes()).unwrap(),
            ProductEvent::decode(text.as_bytes()).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn what_is_not_an_event_is_refused_with_its_reason() {
    let free = EXAMPLES[0].1.replace("64999", "0");
    let endless = EXAMPLES[0].1.replace("\"dlss\"", &format!("{:?}", "x".repeat(5000)));
    let endless_bus = EXAMPLES[0].1.replace("\"PCIe\"", &format!("{:?}", "x".repeat(5000)));
    let endless_currency = EXAMPLES[0].1.replace("\"USD\"", &format!("{:?}", "x".repeat(5000)));
    let listing_without_price = EXAMPLES[0].1.replace(r#""amount_minor":64999,"#, "");
    let cases = [
        ("", "malformed"),
        ("<html>", "malformed"),
        ("{}", "malformed"),
        (r#"{"v":2,"type":"listing.changed"}"#, "version 2"),
        (r#"{"v":1,"type":"listing.sold"}"#, "unknown type \"listing.sold\""),
        (r#"{"v":1,"type":"listing.gone"}"#, "missing field"),
        (listing_without_price.as_str(), "amount_minor"),
        (free.as_str(), "not above zero"),
        (endless.as_str(), "longer than 1024 bytes"),
        (endless_bus.as_str(), "longer than 1024 bytes"),
        (endless_currency.as_str(), "longer than 1024 bytes"),
    ];
    for (text, expected) in cases {
        let error: DecodeError = ProductEvent::decode(text.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(expected), "{text}: {error}");
    }
}
