//! What has to hold for whatever bytes a queue or a channel brings.

use events::{
    Buckets, CONTRACT_VERSION, DecodeError, Lacking, Listing, ListingChanged, ProductEvent, Versions,
};
use serde_json::{Map, Value, json};

/// Bytes as a message and as a notification.
///
/// # Panics
/// Something does not hold.
pub fn event(bytes: &[u8]) {
    match ProductEvent::decode(bytes) {
        Ok(event) => understood(&event),
        Err(_) => refused(bytes),
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(lacking) = Lacking::decode(text) {
        assert_eq!(Lacking::decode(&lacking.encode()).expect("what is written can be read"), lacking);
    }
    if let Ok(versions) = text.parse::<Versions>() {
        assert_eq!(versions.to_string(), text);
        assert!(versions.differing(&versions).is_empty());
    }
    if let Ok(buckets) = text.parse::<Buckets>() {
        assert_eq!(buckets.to_string(), text);
        assert_eq!(buckets.iter().collect::<Buckets>(), buckets);
    }
}

/// What is read is written and read as the same, also with fields that are not known.
fn understood(event: &ProductEvent) {
    let written = event.encode();
    let read = |bytes: &[u8]| ProductEvent::decode(bytes).expect("what is written can be read");
    assert_eq!(read(&written), *event);
    assert!(event.message_id().starts_with(event.shop()));
    assert!(ProductEvent::decode(&written[..written.len() - 1]).is_err(), "half a message is none");

    let mut fields: Map<String, Value> = serde_json::from_slice(&written).expect("an event is an object");
    let mut more = Value::Object(fields.clone());
    add_unknown_fields(&mut more);
    assert_eq!(read(&bytes_of(&more)), *event, "a field that is not known is ignored");
    for version in [0, CONTRACT_VERSION + 1, u16::MAX] {
        fields.insert("v".to_owned(), json!(version));
        let error = ProductEvent::decode(&bytes_of(&fields)).expect_err("it is of another version");
        assert!(matches!(error, DecodeError::UnknownVersion(told) if told == version), "{error}");
    }
    if let ProductEvent::ListingChanged(changed) = event {
        bounded(changed);
    }
}

/// What a listing says of itself fits into a row, and no zero or negative price is ever told.
fn bounded(changed: &ListingChanged) {
    let Listing { title, url, images, price, interfaces, mpns, gtins, .. } = &changed.listing;
    assert!(price.amount_minor > 0);
    let bus = interfaces.bus.as_ref();
    let words = bus.map(|bus| &bus.kind).into_iter().chain(bus.and_then(|bus| bus.version.as_ref()));
    for word in words.chain([&price.currency]).chain(mpns).chain(gtins) {
        assert!(word.len() <= 1024, "{} bytes of a word", word.len());
    }
    for text in [title, url].into_iter().chain(images) {
        assert!(text.len() <= 4096, "{} bytes of a text", text.len());
    }
}

/// A message of a version that is not known is refused for that, else one of a type that is not known.
fn refused(bytes: &[u8]) {
    // Of a field that stands there twice a value has the last one, and a reader wants neither.
    let Ok(Value::Object(fields)) = serde_json::from_slice(bytes) else { return };
    let version = fields.get("v").and_then(Value::as_u64).and_then(|version| u16::try_from(version).ok());
    let kind = fields.get("type").and_then(Value::as_str);
    let (Some(version), Some(kind)) = (version, kind) else { return };
    let Err(error) = ProductEvent::decode(&bytes_of(&fields)) else { return };
    let is_known = ["listing.changed", "listing.gone", "crawl.ended"].contains(&kind);
    match error {
        DecodeError::UnknownVersion(told) => {
            assert_eq!(told, version);
            assert_ne!(version, CONTRACT_VERSION);
        }
        DecodeError::UnknownType(told) => {
            assert_eq!(told, kind);
            assert!(version == CONTRACT_VERSION && !is_known);
        }
        DecodeError::Malformed(_) | DecodeError::Invalid(_) => {
            assert!(version == CONTRACT_VERSION && is_known, "{error}");
        }
    }
}

fn add_unknown_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(add_unknown_fields);
            fields.insert("not known yet".to_owned(), json!({ "v": [null] }));
        }
        Value::Array(values) => values.iter_mut().for_each(add_unknown_fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn bytes_of(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("a value has a JSON form")
}
