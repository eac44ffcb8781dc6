//! Numbers as people write them: `2.55`, `2,55`, `1 980`, `1,980`, `1.980`.

use rust_decimal::Decimal;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A number.
    Number(Number),
    /// Letters, in lower case.
    Word(String),
    /// Any other visible character.
    Sign(char),
}

/// A number, which has two meanings where its separator could be one of decimals or of thousands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// The likelier meaning: a comma before three digits is one of thousands, a dot one of decimals.
    pub value: Decimal,
    /// The other meaning, if there is one.
    pub other: Option<Decimal>,
}

impl Number {
    /// The meanings of the number, the likelier one first.
    pub fn meanings(self) -> impl Iterator<Item = Decimal> {
        std::iter::once(self.value).chain(self.other)
    }

    /// The number as a whole one, if it is.
    pub fn whole(self) -> Option<u32> {
        self.value.is_integer().then(|| u32::try_from(self.value).ok()).flatten()
    }
}

/// The longest text that is taken apart; the rest of a longer one is not looked at.
const LONGEST_CHARS: usize = 400;

/// Takes a text apart into numbers, words and signs. White space only separates.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().take(LONGEST_CHARS).collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = chars.get(at) {
        if first.is_ascii_digit() {
            let (number, end) = number(&chars, at);
            tokens.extend(number.map(Token::Number));
            at = end;
        } else if first.is_alphabetic() {
            let end = end_of(&chars, at, char::is_alphabetic);
            tokens.push(Token::Word(chars[at..end].iter().collect::<String>().to_lowercase()));
            at = end;
        } else {
            if !first.is_whitespace() && !first.is_control() {
                tokens.push(Token::Sign(first));
            }
            at += 1;
        }
    }
    tokens
}

/// The text with what stands in round brackets taken out: shops put there what they add for people.
pub fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

/// Whether a token is a cross, as in `x16`, `3 x`, `×2`, in Latin, in Cyrillic or as a sign.
pub fn is_cross(token: &Token) -> bool {
    match token {
        Token::Word(word) => ["x", "х"].contains(&word.as_str()),
        Token::Sign(sign) => ['×', '*'].contains(sign),
        Token::Number(_) => false,
    }
}

/// Where the whole number stands that goes with a cross: behind it (`4.0 x16`), else before it (`16x 3.0`).
pub fn crossed(tokens: &[Token]) -> Option<usize> {
    let is_whole =
        |at: usize| matches!(tokens.get(at), Some(Token::Number(number)) if number.value.scale() == 0);
    tokens.iter().enumerate().filter(|(_, token)| is_cross(token)).find_map(|(at, _)| {
        if is_whole(at + 1) { Some(at + 1) } else { at.checked_sub(1).filter(|&before| is_whole(before)) }
    })
}

fn end_of(chars: &[char], start: usize, belongs: impl Fn(char) -> bool) -> usize {
    chars[start..].iter().position(|&c| !belongs(c)).map_or(chars.len(), |length| start + length)
}

/// Reads the number that starts at `start`: digits, with separators between groups of them.
fn number(chars: &[char], start: usize) -> (Option<Number>, usize) {
    let mut groups: Vec<String> = Vec::new();
    let mut separators: Vec<char> = Vec::new();
    let mut at = start;
    loop {
        let end = end_of(chars, at, |c| c.is_ascii_digit());
        groups.push(chars[at..end].iter().collect());
        at = end;
        let Some(&separator) = chars.get(at) else { break };
        let next = end_of(chars, at + 1, |c| c.is_ascii_digit());
        let is_separator = match separator {
            '.' | ',' => next > at + 1,
            // A space can only stand between thousands: `1 980`, but not `2 8`.
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' => {
                next == at + 4
                    && groups.last().is_some_and(|group| (1..=3).contains(&group.len()))
                    && groups[0] != "0"
            }
            _ => false,
        };
        if !is_separator {
            break;
        }
        separators.push(separator);
        at += 1;
    }
    (meaning(&groups, &separators), at)
}

fn meaning(groups: &[String], separators: &[char]) -> Option<Number> {
    let whole = |groups: &[String]| groups.concat().parse::<Decimal>().ok();
    let (last, before) = groups.split_last()?;
    let Some(&separator) = separators.last() else {
        return Some(Number { value: last.parse().ok()?, other: None });
    };
    let decimal = format!("{}.{last}", before.concat()).parse::<Decimal>().ok();
    let is_space = !['.', ','].contains(&separator);
    let repeated = separators.iter().filter(|&&other| other == separator).count() > 1;
    if is_space || repeated {
        return Some(Number { value: whole(groups)?, other: None });
    }
    let could_be_thousands =
        separators.len() == 1 && last.len() == 3 && before[0].len() <= 3 && before[0] != "0";
    if !could_be_thousands {
        return Some(Number { value: decimal?, other: None });
    }
    let thousands = whole(groups);
    if separator == ',' {
        Some(Number { value: thousands?, other: decimal })
    } else {
        Some(Number { value: decimal?, other: thousands })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_whatever_separators() {
        let cases = [
            ("1980", "1980", None),
            ("2.55", "2.55", None),
            ("2,55", "2.55", None),
            ("1 980", "1980", None),
            ("1\u{a0}980", "1980", None),
            ("1,980", "1980", Some("1.980")),
            ("1.980", "1.980", Some("1980")),
            ("1,234,567", "1234567", None),
            ("1.234,5", "1234.5", None),
            ("0.500", "0.500", None),
            ("16384", "16384", None),
        ];
        for (text, value, other) in cases {
            let expected =
                Number { value: value.parse().unwrap(), other: other.map(|text| text.parse().unwrap()) };
            assert_eq!(tokens(text), [Token::Number(expected)], "{text:?}");
        }
    }

    #[test]
    fn words_and_signs_stand_apart_from_numbers() {
        let number = |n: u32| Token::Number(Number { value: n.into(), other: None });
        assert_eq!(
            tokens("2x 8-Pin 7"),
            [
                number(2),
                Token::Word("x".into()),
                number(8),
                Token::Sign('-'),
                Token::Word("pin".into()),
                number(7)
            ]
        );
        assert!(tokens(&"9".repeat(200)).is_empty(), "a number beyond all bounds is none");
    }

    #[test]
    fn brackets_go_even_if_they_do_not_match() {
        assert_eq!(without_brackets("a (b (c)) d"), "a  d");
        assert_eq!(without_brackets("a) (b"), "a ");
    }
}
