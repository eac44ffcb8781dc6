//! Whatever bytes a shop or a queue brings: some thousand documents that are nearly right, the same ones each time. They are
//! held against what the targets of `fuzz` hold theirs against, which look for others.

#![expect(clippy::unwrap_used, reason = "a test that can't go on says where it stopped")]

#[path = "../../fuzz/src/lib.rs"]
pub mod fuzz;

use std::{collections::BTreeMap, panic::catch_unwind};

use fuzz::{event, mutate, shop};
use serde_json::{Value, value::RawValue};

/// So many documents are made of each that is right.
const MANGLED: u32 = 1_000;
/// So many times a document is changed before it begins anew.
const CHANGES: u32 = 5;
/// No document grows beyond.
const LONGEST_BYTES: usize = 128 * 1024;

#[test]
fn whatever_netvideo_sends_becomes_sound_listings_and_rejects() {
    let page = include_str!("fixtures/netvideo.json");
    shop::netvideo(page.as_bytes());
    all_hold(&page_and_items(page), shop::netvideo);
}

#[test]
fn whatever_countrylink_sends_becomes_sound_listings_and_rejects() {
    let page = include_str!("fixtures/countrylink.json");
    shop::countrylink(page.as_bytes());
    all_hold(&page_and_items(page), shop::countrylink);
}

#[test]
fn whatever_a_queue_brings_is_an_event_or_refused() {
    let examples = [
        include_str!("../../events/fixtures/listing.changed.v1.json"),
        include_str!("../../events/fixtures/listing.missing.v1.json"),
        include_str!("../../events/fixtures/listing.gone.v1.json"),
        include_str!("../../events/fixtures/crawl.ended.v1.json"),
        include_str!("../../events/fixtures/crawl.ended.versions.v1.json"),
        r#"{"shop":"netvideo","buckets":"8100000000000000000000000000010000000000000000000000000000000001"}"#,
    ];
    all_hold(&examples.map(|example| example.as_bytes().to_vec()), event::event);
}

fn all_hold(documents: &[Vec<u8>], hold: fn(&[u8])) {
    let mut data = vec![0; LONGEST_BYTES];
    for (number, document) in (0..).zip(documents) {
        hold(document);
        let mut size = 0;
        for round in 0..MANGLED {
            if round % CHANGES == 0 {
                size = document.len();
                data[..size].copy_from_slice(document);
            }
            // An odd seed changes it as a document.
            let seed = 2 * (number * MANGLED + round) + 1;
            size = mutate(&mut data, size, LONGEST_BYTES, seed, |_, size, _| size);
            let mangled = &data[..size];
            assert!(catch_unwind(|| hold(mangled)).is_ok(), "{}", String::from_utf8_lossy(mangled));
        }
    }
}

/// A page without the items that are no values, and each of its items alone.
fn page_and_items(page: &str) -> Vec<Vec<u8>> {
    let mut fields: BTreeMap<String, &RawValue> = serde_json::from_str(page).unwrap();
    let (list, items) = fields
        .iter()
        .find_map(|(name, field)| {
            Some((name.clone(), serde_json::from_str::<Vec<&RawValue>>(field.get()).ok()?))
        })
        .unwrap();
    let items: Vec<&RawValue> =
        items.into_iter().filter(|item| serde_json::from_str::<Value>(item.get()).is_ok()).collect();
    let values = serde_json::value::to_raw_value(&items).unwrap();
    fields.insert(list, &values);
    let page = serde_json::to_vec(&fields).unwrap();
    items.into_iter().map(|item| item.get().as_bytes().to_vec()).chain([page]).collect()
}
