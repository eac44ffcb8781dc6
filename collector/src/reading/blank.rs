//! What shops write when they don't know.

/// Words that stand for "not known", in lower case.
const WORDS: [&str; 18] = [
    "n/a",
    "n.a.",
    "na",
    "null",
    "nil",
    "none",
    "unknown",
    "undefined",
    "tbd",
    "tba",
    "not specified",
    "not available",
    "no data",
    "нет данных",
    "н/д",
    "неизвестно",
    "k.a.",
    "keine angabe",
];

/// Whether a text says nothing: it is empty, a dash, a word for "not known", or a zero of whatever unit.
pub fn is_blank(text: &str) -> bool {
    let text = text.trim();
    if !text.chars().any(char::is_alphanumeric) {
        return true;
    }
    WORDS.contains(&text.to_lowercase().as_str()) || is_zero(text)
}

/// Whether an entry of a list says that there is nothing, which is more than not knowing.
pub fn says_none(text: &str) -> bool {
    ["none", "no", "not required", "нет", "keine"].contains(&text.trim().to_lowercase().as_str())
}

/// `0`, `0.0`, `0 MHz`, `0000-00-00`, and not `0x`, `3 x 0`.
fn is_zero(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let number = &text[..text.len() - unit.len()];
    let digits = || number.chars().filter(char::is_ascii_digit);
    digits().next().is_some() && digits().all(|digit| digit == '0') && !unit.contains(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shops_write_when_they_do_not_know_is_blank() {
        for text in [
            "",
            " ",
            "-",
            "--",
            "—",
            "n/a",
            "N/A",
            "null",
            "0",
            "0.0",
            "0 MHz",
            "0 bit",
            "0000-00-00",
            "?",
            "unknown",
            "000",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["12 GB", "0.5 GB", "10", "NA-1", "twelve", "GDDR6", "2024-01-17", "нет"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
