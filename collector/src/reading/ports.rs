//! Video outputs.

use events::Output;

use super::{
    Unreadable,
    number::{Number, Token, crossed, tokens},
};

/// No card has more outputs of one kind.
const MOST: u32 = 16;

/// Words that name a kind of output, longest first, and the kind.
const KINDS: [(&[&str], &str); 20] = [
    (&["mini", "display", "port"], "displayport"),
    (&["mini", "displayport"], "displayport"),
    (&["mini", "dp"], "displayport"),
    (&["minidisplayport"], "displayport"),
    (&["minidp"], "displayport"),
    (&["mdp"], "displayport"),
    (&["display", "port"], "displayport"),
    (&["displayport"], "displayport"),
    (&["dp"], "displayport"),
    (&["mini", "hdmi"], "hdmi"),
    (&["hdmi"], "hdmi"),
    (&["dvi"], "dvi"),
    (&["vga"], "vga"),
    (&["d", "sub"], "vga"),
    (&["dsub"], "vga"),
    (&["usb", "type", "c"], "usb-c"),
    (&["usb", "c"], "usb-c"),
    (&["usbc"], "usb-c"),
    (&["type", "c"], "usb-c"),
    (&["virtuallink"], "usb-c"),
];

/// Reads one line, which can name several outputs: `HDMI 2.1a x1`, `3 x DP 1.4a`, `2x DP 1.4a, 1x HDMI`.
pub fn outputs(line: &str) -> Result<Vec<Output>, Unreadable> {
    let parts = parts(line);
    let read: Result<Vec<_>, _> = parts.iter().map(|part| output(part)).collect();
    Ok(sum(read?.into_iter().flatten().collect()))
}

/// Outputs of the same kind and version become one with their sum, in the order in which they came.
pub fn sum(outputs: Vec<Output>) -> Vec<Output> {
    let mut summed: Vec<Output> = Vec::with_capacity(outputs.len());
    for output in outputs {
        match summed.iter_mut().find(|other| other.kind == output.kind && other.version == output.version) {
            Some(other) => other.count = (other.count + output.count).min(MOST),
            None => summed.push(output),
        }
    }
    summed
}

/// A line's parts, which signs separate, but not the comma in `HDMI 2,1`.
fn parts(line: &str) -> Vec<Vec<Token>> {
    let tokens = tokens(&line.replace(['®', '™', '©'], " "));
    tokens
        .split(|token| {
            matches!(token, Token::Sign(',' | ';' | '+' | '/' | '|' | '&'))
                || matches!(token, Token::Word(word) if word == "and" || word == "и")
        })
        .filter(|part| !part.is_empty())
        .map(<[Token]>::to_vec)
        .collect()
}

/// One output; `None` if there are none of it.
fn output(part: &[Token]) -> Result<Option<Output>, Unreadable> {
    // Dashes and brackets say nothing here: `USB Type-C`, `DVI-D`, `(x3)`.
    let is_noise = |token: &&Token| matches!(token, Token::Sign('-' | '(' | ')' | '.' | ':' | '_'));
    let tokens: Vec<Token> = part.iter().filter(|token| !is_noise(token)).cloned().collect();
    let (at, length, kind) = kind(&tokens).ok_or(Unreadable::UnknownWords)?;
    let crossed = crossed(&tokens);
    let mut version = None;
    let mut count = None;
    for (place, token) in tokens.iter().enumerate() {
        let Token::Number(number) = token else { continue };
        if crossed == Some(place) || (crossed.is_none() && place < at) {
            count = Some(number.whole().ok_or(Unreadable::Implausible)?);
        } else if place >= at + length && version.is_none() {
            version = Some(version_text(*number, tokens.get(place + 1))?);
        }
    }
    let version = version.filter(|_| kind == "hdmi" || kind == "displayport");
    match count.unwrap_or(1) {
        0 => Ok(None),
        count @ 1..=MOST => Ok(Some(Output { kind: kind.to_owned(), version, count })),
        _ => Err(Unreadable::Implausible),
    }
}

/// Where the words of a kind stand: their place, how many, and the kind.
fn kind(tokens: &[Token]) -> Option<(usize, usize, &'static str)> {
    let matches = |at: usize, words: &[&str]| {
        words.iter().enumerate().all(
            |(offset, word)| matches!(tokens.get(at + offset), Some(Token::Word(there)) if there == word),
        )
    };
    (0..tokens.len()).find_map(|at| {
        KINDS.iter().find(|(words, _)| matches(at, words)).map(|(words, kind)| (at, words.len(), *kind))
    })
}

/// `2.1`, and the letter that can follow: `2.1a`.
fn version_text(number: Number, next: Option<&Token>) -> Result<String, Unreadable> {
    if number.value >= 10.into() {
        return Err(Unreadable::Implausible);
    }
    let letter = match next {
        Some(Token::Word(word)) if ["a", "b", "c", "d"].contains(&word.as_str()) => word,
        _ => "",
    };
    Ok(format!("{:.1}{letter}", number.value.normalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<(String, String, u32)>, Unreadable> {
        let outputs = outputs(line)?;
        Ok(outputs.into_iter().map(|o| (o.kind, o.version.unwrap_or_default(), o.count)).collect())
    }

    #[test]
    fn an_output_is_read_in_every_way_that_shops_write_it() {
        let cases = [
            ("HDMI 2.1a x1", "hdmi", "2.1a", 1),
            ("1x HDMI 2.1", "hdmi", "2.1", 1),
            ("HDMI® 2.1b", "hdmi", "2.1b", 1),
            ("HDMI 2,1", "hdmi", "2.1", 1),
            ("HDMI v2.0b ×2", "hdmi", "2.0b", 2),
            ("HDMI2.1x2", "hdmi", "2.1", 2),
            ("HDMI-2.1 (x2)", "hdmi", "2.1", 2),
            ("2 HDMI", "hdmi", "", 2),
            ("3 x DP 1.4a", "displayport", "1.4a", 3),
            ("DisplayPort 1.4a ×3", "displayport", "1.4a", 3),
            ("DisplayPort", "displayport", "", 1),
            ("Display Port 2.1 x 3", "displayport", "2.1", 3),
            ("3*DP", "displayport", "", 3),
            ("Mini DisplayPort 1.4 x4", "displayport", "1.4", 4),
            ("miniDP x4", "displayport", "", 4),
            ("DVI-D Dual-Link", "dvi", "", 1),
            ("2x Dual-Link DVI-D", "dvi", "", 2),
            ("VGA (D-Sub)", "vga", "", 1),
            ("D-Sub x1", "vga", "", 1),
            ("USB Type-C", "usb-c", "", 1),
            ("USB-C x1", "usb-c", "", 1),
            ("USB 3.2 Type-C", "usb-c", "", 1),
        ];
        for (line, kind, version, count) in cases {
            let expected = Ok(vec![(kind.to_owned(), version.to_owned(), count)]);
            if line == "USB 3.2 Type-C" {
                // The number before the kind is USB's version and not a count: refused rather than guessed.
                assert_eq!(read(line), Err(Unreadable::Implausible), "{line:?}");
            } else {
                assert_eq!(read(line), expected, "{line:?}");
            }
        }
    }

    #[test]
    fn a_line_can_name_several_outputs() {
        let hdmi = ("hdmi".to_owned(), "2.1".to_owned(), 1);
        let displayport = ("displayport".to_owned(), "1.4a".to_owned(), 3);
        for line in ["HDMI 2.1 x1, DisplayPort 1.4a x3", "1x HDMI 2.1 + 3x DP 1.4a", "HDMI 2.1 / DP 1.4a x3"]
        {
            assert_eq!(read(line), Ok(vec![hdmi.clone(), displayport.clone()]), "{line:?}");
        }
        assert_eq!(read("HDMI 2.1, HDMI 2.1"), Ok(vec![("hdmi".to_owned(), "2.1".to_owned(), 2)]));
        assert_eq!(read("HDMI x0"), Ok(vec![]));
    }

    #[test]
    fn what_is_no_output_is_refused() {
        let cases = [
            ("SCART", Unreadable::UnknownWords),
            ("x3", Unreadable::UnknownWords),
            ("HDMI x99", Unreadable::Implausible),
            ("HDMI 21", Unreadable::Implausible),
            ("HDMI, SCART", Unreadable::UnknownWords),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line), Err(expected), "{line:?}");
        }
    }
}
