//! Power connectors.

use events::PowerConnector;

use super::{
    Unreadable,
    number::{Token, is_cross, tokens, without_brackets},
};

/// The numbers of pins that connectors have.
const PINS: [u32; 6] = [4, 6, 8, 10, 12, 16];
/// No card has more connectors of one kind.
const MOST: u32 = 8;

/// Reads one line: `16-pin x1`, `2x 8-pin`, `8-pin + 6-pin`, `8+8 pin`, `1x 16-pin (12VHPWR)`, `12V-2x6`.
pub fn connectors(line: &str) -> Result<Vec<PowerConnector>, Unreadable> {
    let line = canonical(line);
    let tokens = tokens(&line);
    if !tokens.iter().any(is_pin) {
        return Err(Unreadable::UnknownWords);
    }
    let parts = tokens.split(|token| {
        matches!(token, Token::Sign('+' | ',' | ';' | '/' | '&'))
            || matches!(token, Token::Word(word) if word == "and" || word == "и")
    });
    let read: Result<Vec<_>, _> = parts.filter(|part| !part.is_empty()).map(connector).collect();
    Ok(sum(read?.into_iter().flatten().collect()))
}

/// Connectors of the same kind become one with their sum, in the order in which they came.
pub fn sum(connectors: Vec<PowerConnector>) -> Vec<PowerConnector> {
    let mut summed: Vec<PowerConnector> = Vec::with_capacity(connectors.len());
    for connector in connectors {
        match summed.iter_mut().find(|other| other.kind == connector.kind) {
            Some(other) => other.count = (other.count + connector.count).min(MOST),
            None => summed.push(connector),
        }
    }
    summed
}

/// One name a connector: 12VHPWR and its successor have 16 pins, and so has a 12+4; a 6+2 is one of 8.
fn canonical(line: &str) -> String {
    let mut line = without_brackets(line).to_lowercase();
    if line.trim().is_empty() {
        line = String::from("?");
    }
    for (name, canonical) in [
        ("12vhpwr", " 16-pin "),
        ("12v-2x6", " 16-pin "),
        ("12v2x6", " 16-pin "),
        ("12v 2x6", " 16-pin "),
        ("12+4", "16"),
        ("6+2", "8"),
        ("контактный", "pin"),
        ("контактов", "pin"),
        ("контакт", "pin"),
    ] {
        line = line.replace(name, canonical);
    }
    // `16-pin 12VHPWR` names one connector twice.
    while line.split_whitespace().collect::<Vec<_>>().windows(2).any(|pair| pair == ["16-pin", "16-pin"]) {
        line = line.split_whitespace().collect::<Vec<_>>().join(" ").replace("16-pin 16-pin", "16-pin");
    }
    line
}

/// One connector; `None` if there are none of it.
fn connector(part: &[Token]) -> Result<Option<PowerConnector>, Unreadable> {
    let tokens: Vec<&Token> =
        part.iter().filter(|token| !matches!(token, Token::Sign('-' | '(' | ')'))).collect();
    let numbers: Vec<(usize, u32)> = tokens
        .iter()
        .enumerate()
        .filter_map(|(at, token)| match token {
            Token::Number(number) => number.whole().map(|whole| (at, whole)),
            _ => None,
        })
        .collect();
    let is_cross_at = |at: usize| tokens.get(at).is_some_and(|token| is_cross(token));
    let is_crossed = |at: usize| is_cross_at(at + 1) || (at > 0 && is_cross_at(at - 1));
    let before_pin = numbers.iter().find(|(at, _)| tokens.get(at + 1).is_some_and(|next| is_pin(next)));
    // In `8+8 pin` the first number has no word of its own.
    let (place, pins) = *before_pin
        .or_else(|| numbers.iter().find(|(at, _)| !is_crossed(*at)))
        .ok_or(Unreadable::NoNumber)?;
    let mut others = numbers.iter().filter(|(at, _)| *at != place);
    let count = match others.next() {
        // `2 8-pin`, `2x 8-pin` and `8-pin x2`, but not `8-pin 150 W`.
        Some((at, count)) if is_crossed(*at) || *at < place => *count,
        Some(_) => return Err(Unreadable::SeveralNumbers),
        None => 1,
    };
    if others.next().is_some() {
        return Err(Unreadable::SeveralNumbers);
    }
    if !PINS.contains(&pins) || count > MOST {
        return Err(Unreadable::Implausible);
    }
    Ok((count > 0).then(|| PowerConnector { kind: format!("{pins}-pin"), count }))
}

fn is_pin(token: &Token) -> bool {
    matches!(token, Token::Word(word) if ["pin", "pins", "пин", "pol"].contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connectors_are_read_in_every_way_that_shops_write_them() {
        let cases: &[(&str, &[(&str, u32)])] = &[
            ("16-pin x1", &[("16-pin", 1)]),
            ("1x 16-pin (12VHPWR)", &[("16-pin", 1)]),
            ("16-pin 12VHPWR", &[("16-pin", 1)]),
            ("1x 12VHPWR (16-pin)", &[("16-pin", 1)]),
            ("12V-2x6", &[("16-pin", 1)]),
            ("12V-2x6 x1", &[("16-pin", 1)]),
            ("2x 8-pin", &[("8-pin", 2)]),
            ("2 x 8 pin", &[("8-pin", 2)]),
            ("2x8pin", &[("8-pin", 2)]),
            ("8-pin x2", &[("8-pin", 2)]),
            ("8-pin ×2", &[("8-pin", 2)]),
            ("8-pin", &[("8-pin", 1)]),
            ("8-pin + 6-pin", &[("8-pin", 1), ("6-pin", 1)]),
            ("1x 8-pin, 1x 6-pin", &[("8-pin", 1), ("6-pin", 1)]),
            ("8+8 pin", &[("8-pin", 2)]),
            ("8+6 pin", &[("8-pin", 1), ("6-pin", 1)]),
            ("8-pin+8-pin+8-pin", &[("8-pin", 3)]),
            ("6+2-pin", &[("8-pin", 1)]),
            ("12+4-pin", &[("16-pin", 1)]),
            ("1 x 8-Pin PCIe", &[("8-pin", 1)]),
            ("12-pin x1", &[("12-pin", 1)]),
            ("6-pin x0", &[]),
        ];
        for (line, expected) in cases {
            let expected: Vec<_> = expected
                .iter()
                .map(|(kind, count)| PowerConnector { kind: (*kind).to_owned(), count: *count })
                .collect();
            assert_eq!(connectors(line), Ok(expected), "{line:?}");
        }
    }

    #[test]
    fn what_is_no_connector_is_refused() {
        let cases = [
            ("Molex", Unreadable::UnknownWords),
            ("7-pin", Unreadable::Implausible),
            ("99x 8-pin", Unreadable::Implausible),
            ("8-pin 150 W", Unreadable::SeveralNumbers),
            ("pin", Unreadable::NoNumber),
            ("()", Unreadable::UnknownWords),
        ];
        for (line, expected) in cases {
            assert_eq!(connectors(line), Err(expected), "{line:?}");
        }
    }
}
