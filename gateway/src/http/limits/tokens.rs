//! How long a query is, in tokens, and how deep its brackets are nested: counted on the text, since parsing a
//! long or deeply nested one is work already.

/// What a text comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Length {
    /// Names, numbers, strings and punctuators.
    pub(super) tokens: u64,
    /// The deepest nesting of brackets of all kinds.
    pub(super) brackets: u64,
}

/// Counts. A text that is no GraphQL has a length all the same; it never has less than what the parser sees.
pub(super) fn measure(query: &str) -> Length {
    let mut rest = query.as_bytes();
    let mut length = Length::default();
    let mut depth = 0_u64;
    while let Some(&byte) = rest.first() {
        let taken = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                rest = &rest[1..];
                continue;
            }
            b'#' => {
                rest = &rest[until(rest, |byte| matches!(byte, b'\n' | b'\r'))..];
                continue;
            }
            b'{' | b'[' | b'(' => {
                depth += 1;
                length.brackets = length.brackets.max(depth);
                1
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                1
            }
            b'"' => string(rest),
            b'.' if rest.starts_with(b"...") => 3,
            byte if is_word(byte) => until(rest, |byte| !is_word(byte)),
            _ => 1,
        };
        length.tokens += 1;
        rest = &rest[taken..];
    }
    length
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How many bytes come before the first one that ends them.
fn until(bytes: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| ends(*byte)).unwrap_or(bytes.len())
}

/// The length of the string that `bytes` begin with, in bytes. One that isn't closed ends with its line, or
/// with the text if it is a block.
fn string(bytes: &[u8]) -> usize {
    const BLOCK: &[u8] = b"\"\"\"";
    if bytes.starts_with(BLOCK) {
        let mut at = BLOCK.len();
        while at < bytes.len() {
            if bytes[at..].starts_with(br#"\""""#) {
                at += 4;
            } else if bytes[at..].starts_with(BLOCK) {
                return at + BLOCK.len();
            } else {
                at += 1;
            }
        }
        return at;
    }
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_brackets_are_counted_as_the_parser_would_see_them() {
        let cases = [
            ("", 0, 0),
            (" ,\n\t", 0, 0),
            ("{ shops { id } }", 6, 2),
            ("{shops{id}} # { a comment } { {", 6, 2),
            ("query A($a: Int = 5) { a(b: [1, 2]) @skip(if: true) { ...B } }", 32, 3),
            (r#"{ a(b: "}}}{{{ \" (((") }"#, 8, 2),
            ("{ a(b: \"\"\"\n {{{ \\\"\"\" }}} \" \"\" \"\"\") }", 8, 2),
            // Not closed: the brackets behind count.
            ("{ a(b: \"\n{{{", 9, 5),
            ("{ a(b: \"\"\"{{{", 6, 2),
            ("{ a(b: \"\\", 6, 2),
            ("}}}{", 4, 1),
            ("ä", 2, 0),
        ];
        for (query, tokens, brackets) in cases {
            assert_eq!(measure(query), Length { tokens, brackets }, "{query}");
        }
    }
}
