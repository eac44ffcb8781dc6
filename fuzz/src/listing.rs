//! What a listing has to be, whatever it was read from: what the contract of events promises its readers, and what no
//! video card is.

use std::{collections::HashSet, fmt::Debug, hash::Hash};

use chrono::Datelike;
use events::{Interfaces, Listing, Price, Specs, SupportedTechnology};
use serde_json::Value;
use url::Url;

/// Whether a listing is one, throughout.
pub(crate) fn holds(listing: &Listing) {
    is_tidy(&listing.title, 1_000);
    is_address(&listing.url);
    listing.images.iter().for_each(|image| is_address(image));
    let names = listing.brand.iter().chain(&listing.gpu).chain(&listing.mpns);
    names.for_each(|name| is_tidy(name, 200));
    listing.gtins.iter().for_each(|gtin| is_gtin(gtin));
    let Price { amount_minor, currency } = &listing.price;
    assert!((1..=1_000_000_000_000).contains(amount_minor), "{amount_minor}");
    assert!(currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()), "{currency:?}");
    assert!((1970..=2100).contains(&listing.shop_updated_at.year()), "{}", listing.shop_updated_at);
    specs(&listing.specs);
    interfaces(&listing.interfaces);
    technologies(listing.technologies.as_deref().unwrap_or_default());
}

/// An identifier: a tidy text, or a number's digits.
pub(crate) fn is_id(id: &str) {
    is_tidy(id, 64);
}

/// A price has the digits that the shop wrote, and no others.
pub(crate) fn is_priced_as_written(price: &Price, item: &Value) {
    let digits = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').to_owned()
    };
    let ours = price.amount_minor.to_string();
    match &item["price"] {
        Value::String(written) => {
            assert!(!written.contains('-'), "{written:?} was read as {ours}");
            assert_eq!(digits(written), digits(&ours), "{written:?} was read as {ours}");
        }
        written => assert_eq!(written["amount_minor"].as_i64(), Some(price.amount_minor), "{written}"),
    }
}

fn specs(specs: &Specs) {
    let quantities = [
        (specs.memory_mb, 1..=2 * 1024 * 1024),
        (specs.memory_bus_bits, 8..=16_384),
        (specs.memory_bandwidth_mbps, 100..=100_000_000),
        (specs.base_clock_mhz, 50..=20_000),
        (specs.boost_clock_mhz, 50..=20_000),
        (specs.stream_processors, 1..=1_000_000),
        (specs.board_power_watts, 1..=5_000),
        (specs.recommended_psu_watts, 1..=5_000),
        (specs.length_mm, 30..=1_000),
        (specs.slot_width_hundredths, 50..=800),
        (specs.process_nm, 1..=500),
    ];
    for (quantity, possible) in quantities {
        assert!(quantity.is_none_or(|quantity| possible.contains(&quantity)), "{quantity:?} in {possible:?}");
    }
    specs.architecture.as_deref().inspect(|name| is_tidy(name, 200));
    let is_kind = |kind: &str| {
        !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    assert!(specs.memory_type.as_deref().is_none_or(is_kind), "{:?}", specs.memory_type);
    assert!(specs.released_on.is_none_or(|day| (1981..=2100).contains(&day.year())));
}

fn interfaces(interfaces: &Interfaces) {
    if let Some(bus) = &interfaces.bus {
        assert!(["PCIe", "PCI", "AGP", "MXM"].contains(&bus.kind.as_str()), "{bus:?}");
        assert!(bus.lanes.is_none_or(|lanes| [1, 2, 4, 8, 16, 32].contains(&lanes)), "{bus:?}");
        bus.version.as_deref().inspect(|version| is_version(version, 2));
    }
    let outputs = interfaces.outputs.as_deref().unwrap_or_default();
    for output in outputs {
        assert!(["hdmi", "displayport", "dvi", "vga", "usb-c"].contains(&output.kind.as_str()), "{output:?}");
        assert!((1..=16).contains(&output.count), "{output:?}");
        if let Some(version) = &output.version {
            is_version(version.trim_end_matches(['a', 'b', 'c', 'd']), 1);
        }
    }
    are_different(outputs.iter().map(|output| (&output.kind, &output.version)));
    let connectors = interfaces.power_connectors.as_deref().unwrap_or_default();
    for connector in connectors {
        let pins = ["4-pin", "6-pin", "8-pin", "10-pin", "12-pin", "16-pin"];
        assert!(pins.contains(&connector.kind.as_str()), "{connector:?}");
        assert!((1..=8).contains(&connector.count), "{connector:?}");
    }
    are_different(connectors.iter().map(|connector| &connector.kind));
}

fn technologies(technologies: &[SupportedTechnology]) {
    for technology in technologies {
        let SupportedTechnology { code, name, version } = technology;
        is_tidy(name, 200);
        assert!(!code.is_empty() && !code.contains(char::is_whitespace), "{technology:?}");
        assert_eq!(*code, code.to_lowercase(), "{technology:?}");
        version.as_deref().inspect(|version| is_tidy(version, 20));
    }
    are_different(technologies.iter().map(|technology| &technology.code));
}

/// A text that is there, looks like what it is, and is no longer than it may be.
fn is_tidy(text: &str, longest_chars: usize) {
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(!text.is_empty() && words.join(" ") == text, "{text:?}");
    let is_unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    assert!(!text.contains(is_unseen), "{text:?}");
    assert!(text.chars().count() <= longest_chars, "{} of {longest_chars} characters", text.chars().count());
}

/// An address that a browser opens as such, whatever it stands in.
fn is_address(text: &str) {
    let url = Url::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert!(["http", "https"].contains(&url.scheme()) && url.has_host(), "{text:?}");
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()) && text.len() <= 2_000, "{text:?}");
}

fn is_gtin(gtin: &str) {
    assert!(gtin.len() == 14 && gtin.bytes().all(|byte| byte.is_ascii_digit()), "{gtin:?}");
    let weighted = gtin.bytes().zip([3, 1].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    assert_eq!(sum % 10, 0, "{gtin:?}");
}

/// A version such as `2.1`, with so many digits before the dot.
fn is_version(version: &str, most_digits: usize) {
    let (major, minor) = version.split_once('.').unwrap_or_else(|| panic!("{version:?}"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    assert!(are_digits(major) && are_digits(minor), "{version:?}");
    assert!(major.len() <= most_digits && minor.len() == 1, "{version:?}");
}

fn are_different<T: Debug + Eq + Hash>(things: impl Iterator<Item = T>) {
    let mut seen = HashSet::new();
    for thing in things {
        assert!(!seen.contains(&thing), "{thing:?} stands there twice");
        seen.insert(thing);
    }
}
