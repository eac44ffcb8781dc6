//! What a card is plugged into.

use events::Bus;

use super::{
    Unreadable,
    number::{Token, crossed, tokens, without_brackets},
};

/// Reads `PCI-E 4.0 x16`, `PCIe Gen4 x8`, `PCI Express x16 4.0`, `PCIe x16`, `AGP 8x`.
pub fn bus(text: &str) -> Result<Bus, Unreadable> {
    let tokens = tokens(&without_brackets(text));
    let words: Vec<&str> = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            _ => None,
        })
        .collect();
    let kind = match words.as_slice() {
        ["pcie" | "pciexpress" | "pcix", ..] | ["pci", "e" | "express" | "ex", ..] => "PCIe",
        ["pci", ..] => "PCI",
        ["agp", ..] => return Ok(Bus { kind: "AGP".to_owned(), version: None, lanes: None }),
        ["mxm", ..] => return Ok(Bus { kind: "MXM".to_owned(), version: None, lanes: None }),
        _ => return Err(Unreadable::UnknownWords),
    };
    let numbers = tokens.iter().enumerate().filter_map(|(at, token)| match token {
        Token::Number(number) => Some((at, *number)),
        _ => None,
    });
    let (mut version, mut lanes) = (None, None);
    let crossed = crossed(&tokens);
    for (at, number) in numbers {
        if crossed == Some(at) {
            lanes = number.whole();
        } else {
            version = version.or(Some(number.value));
        }
    }
    if lanes.is_some_and(|lanes| ![1, 2, 4, 8, 16, 32].contains(&lanes)) {
        return Err(Unreadable::Implausible);
    }
    let version = match version {
        Some(version) if version.trunc() > 10.into() || version.is_zero() => {
            return Err(Unreadable::Implausible);
        }
        Some(version) => Some(format!("{:.1}", version.normalize())),
        None => None,
    };
    Ok(Bus { kind: kind.to_owned(), version, lanes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_is_read_in_every_way_that_shops_write_it() {
        let cases = [
            ("PCI-E 4.0 x16", Some("4.0"), Some(16)),
            ("PCIe 4.0 x16", Some("4.0"), Some(16)),
            ("PCI Express x16 4.0", Some("4.0"), Some(16)),
            ("PCI Express 4.0 x16", Some("4.0"), Some(16)),
            ("PCI-Express 4.0 x8", Some("4.0"), Some(8)),
            ("PCIe x16", None, Some(16)),
            ("PCIe 5.0 ×8", Some("5.0"), Some(8)),
            ("PCIe5.0x8", Some("5.0"), Some(8)),
            ("PCIe Gen 4 x16", Some("4.0"), Some(16)),
            ("PCIe Gen4", Some("4.0"), None),
            ("PCI-E 16x 3.0", Some("3.0"), Some(16)),
            ("pcie 2.1 х16", Some("2.1"), Some(16)),
            ("PCIe 4.0 x16 (x8 electrical)", Some("4.0"), Some(16)),
            ("PCI-E", None, None),
            ("PCIe® 4.0", Some("4.0"), None),
            ("PCIe 4.0, 16 x", Some("4.0"), Some(16)),
        ];
        for (text, version, lanes) in cases {
            let expected = Bus { kind: "PCIe".to_owned(), version: version.map(str::to_owned), lanes };
            assert_eq!(bus(text), Ok(expected), "{text:?}");
        }
        assert_eq!(bus("AGP 8x").unwrap().kind, "AGP");
        for (text, expected) in [
            ("USB 3.0", Unreadable::UnknownWords),
            ("4.0 x16", Unreadable::UnknownWords),
            ("PCIe 4.0 x15", Unreadable::Implausible),
            ("PCIe 400 x16", Unreadable::Implausible),
        ] {
            assert_eq!(bus(text), Err(expected), "{text:?}");
        }
    }
}
