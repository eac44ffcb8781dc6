//! Texts that are kept as the shop writes them, once they are tidy; addresses; availability.

use events::Availability;
use url::Url;

use super::Unreadable;

/// A longer title is no title.
pub const LONGEST_TITLE_CHARS: usize = 1_000;
/// A longer name, code or word is none.
pub const LONGEST_NAME_CHARS: usize = 200;
/// A longer identifier is none.
pub const LONGEST_ID_CHARS: usize = 64;
/// Browsers and proxies refuse longer addresses.
const LONGEST_ADDRESS_BYTES: usize = 2_000;

/// The text without control characters and invisible marks, its white space collapsed.
pub fn tidy(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title.
pub fn title(text: &str) -> Result<String, Unreadable> {
    bounded(text, LONGEST_TITLE_CHARS)
}

/// A name, a code, a word.
pub fn name(text: &str) -> Result<String, Unreadable> {
    bounded(text, LONGEST_NAME_CHARS)
}

/// A shop's identifier of a listing.
pub fn id(text: &str) -> Result<String, Unreadable> {
    bounded(text, LONGEST_ID_CHARS)
}

fn bounded(text: &str, longest_chars: usize) -> Result<String, Unreadable> {
    let tidied = tidy(text);
    if tidied.is_empty() {
        Err(Unreadable::Empty)
    } else if tidied.chars().count() > longest_chars {
        Err(Unreadable::TooLong)
    } else {
        Ok(tidied)
    }
}

/// An address that a browser can open, as the shop writes it as far as that is one. It is never fetched here.
pub fn address(text: &str) -> Result<String, Unreadable> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| Unreadable::NotAnAddress)?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err(Unreadable::NotAnAddress);
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let address = if is_plain { text.to_owned() } else { String::from(url) };
    if address.len() > LONGEST_ADDRESS_BYTES { Err(Unreadable::TooLong) } else { Ok(address) }
}

/// Availability in a word; one that is not known is read as [`Availability::Unknown`].
pub fn availability(text: &str) -> Availability {
    match text.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
        "in_stock" => Availability::InStock,
        "preorder" | "pre_order" => Availability::Preorder,
        "on_order" => Availability::OnOrder,
        "out_of_stock" => Availability::OutOfStock,
        "discontinued" => Availability::Discontinued,
        _ => Availability::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_tidied_and_bounded() {
        let cases = [
            ("  ASUS\u{a0} RTX\t4070 \n", Ok("ASUS RTX 4070".to_owned())),
            ("a\u{0}b\u{200b}c", Ok("a bc".to_owned())),
            ("RTX \u{2067}4070\u{2069}", Ok("RTX 4070".to_owned())),
            (" \u{0} ", Err(Unreadable::Empty)),
        ];
        for (text, expected) in cases {
            assert_eq!(title(text), expected, "{text:?}");
        }
        assert_eq!(title(&"x".repeat(1_000)), Ok("x".repeat(1_000)));
        assert_eq!(title(&"x".repeat(1_001)), Err(Unreadable::TooLong));
    }

    #[test]
    fn only_what_a_browser_can_open_is_an_address() {
        assert_eq!(address(" https://shop.example/a b ").as_deref(), Ok("https://shop.example/a%20b"));
        for text in
            ["javascript:alert(1)", "/p/1", "shop.example", "file:///etc/passwd", "https://", "mailto:a@b"]
        {
            assert_eq!(address(text), Err(Unreadable::NotAnAddress), "{text:?}");
        }
    }

    #[test]
    fn a_word_that_is_not_known_is_unknown_availability() {
        for (text, expected) in [
            ("in_stock", Availability::InStock),
            ("On Order", Availability::OnOrder),
            ("pre-order", Availability::Preorder),
            ("out_of_stock", Availability::OutOfStock),
            ("discontinued", Availability::Discontinued),
            ("soonish", Availability::Unknown),
        ] {
            assert_eq!(availability(text), expected, "{text:?}");
        }
    }
}
