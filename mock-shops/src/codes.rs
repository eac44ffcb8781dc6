//! Part numbers in the manner of each brand, and barcodes with their check digits.
//!
//! A brand's pattern holds text and fields in braces: facts (`{line}`, `{chip}`, `{gb}`, ...) and pieces of the
//! product's serial number (`{d3}`: three decimal digits, `{x4}`: four of base 36). The pieces of a pattern
//! together hold any serial number, which is why no two products of a brand can have the same code.

use crate::{
    catalogue::{Chip, Line, Maker, Partner},
    variants::Variant,
};

/// What a code is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeParts<'a> {
    pub(crate) chip: &'a Chip,
    pub(crate) partner: &'a Partner,
    pub(crate) line: &'a Line,
    pub(crate) variant: Variant,
    pub(crate) serial: u32,
}

/// The code of these parts by a brand's pattern.
pub(crate) fn code(pattern: &str, parts: CodeParts<'_>) -> String {
    let mut code = String::with_capacity(pattern.len() + 16);
    let mut serial = parts.serial;
    let mut rest = pattern;
    while let Some((text, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}').unwrap_or((after, ""));
        code.push_str(text);
        push_field(&mut code, field, parts, &mut serial);
        rest = after;
    }
    code.push_str(rest);
    code
}

fn push_field(code: &mut String, field: &str, parts: CodeParts<'_>, serial: &mut u32) {
    let CodeParts { chip, partner, line, variant, .. } = parts;
    let gigabytes = chip.memory_mb / 1024;
    let overclocked = |word: &str| if variant.overclocked { word.to_owned() } else { String::new() };
    let text = match field {
        "line" => line.code.clone(),
        "tail" => line.tail.clone(),
        "chip" => short_chip(chip).concat(),
        "chip spaced" => short_chip_words(chip).join(" ").to_uppercase(),
        "number" => number(chip),
        "series" => chip.name.chars().filter(char::is_ascii_digit).step_by(2).take(2).collect(),
        "maker" => match chip.maker {
            Maker::Nvidia => "N".to_owned(),
            Maker::Amd => "R".to_owned(),
            Maker::Intel => "I".to_owned(),
        },
        "generation" => generation(chip).to_string(),
        "gb" => gigabytes.to_string(),
        "gb 2" => format!("{gigabytes:02}"),
        "o" => overclocked("O"),
        "oc" => overclocked("OC"),
        " oc" => overclocked(" OC"),
        "/oc" => overclocked("/OC"),
        "words" => variant.code_words(partner.revision, &partner.joiner),
        piece => serial_piece(piece, serial),
    };
    code.push_str(&text);
}

/// Takes digits off the serial number: `d3` three decimal ones, `x4` four of base 36.
fn serial_piece(piece: &str, serial: &mut u32) -> String {
    let (base, count) = match piece.split_at_checked(1) {
        Some(("d", count)) => (10, count),
        Some((_, count)) => (36, count),
        None => (36, "1"),
    };
    let mut digits = Vec::new();
    for _ in 0..count.parse().unwrap_or(1) {
        digits.push(char::from_digit(*serial % base, base).unwrap_or('0').to_ascii_uppercase());
        *serial /= base;
    }
    digits.iter().rev().collect()
}

/// The chip's words without the family: `RTX`, `4070`, `SUPER`.
fn short_chip_words(chip: &Chip) -> Vec<&str> {
    chip.name.split(' ').skip(1).collect()
}

/// The chip's words as codes shorten them: `RTX`, `4070`, `TI`, `S`.
fn short_chip(chip: &Chip) -> Vec<String> {
    let shorten = |word: &str| if word == "SUPER" { "S".to_owned() } else { word.to_uppercase() };
    short_chip_words(chip).into_iter().map(shorten).collect()
}

/// The chip's number as codes shorten it: `4070S`, `78XT`, `A770`.
fn number(chip: &Chip) -> String {
    let words = short_chip(chip);
    let start = usize::from(words.len() > 1);
    let mut number = words[start..].concat();
    if chip.maker == Maker::Amd && words[start].len() == 4 && words[start].ends_with("00") {
        number.replace_range(2..4, "");
    }
    number
}

/// The letter that stands for a chip's generation.
fn generation(chip: &Chip) -> char {
    match chip.architecture.as_str() {
        "Ada Lovelace" => 'D',
        other => other.chars().next().unwrap_or('X'),
    }
}

/// An EAN-13 from its first twelve digits.
pub(crate) fn ean13(prefix: &str, item: u32) -> String {
    let mut code = format!("{prefix}{item:05}");
    code.push(check_digit(&code));
    code
}

/// The check digit that follows these digits.
pub(crate) fn check_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place.is_multiple_of(2) { 3 } else { 1 })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
/// A code without separators and case: what is left to compare codes by.
pub(crate) fn bare(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn codes_look_like_each_brand_s_own() {
        let catalogue = Catalogue::embedded().unwrap();
        let cases = [
            ("ASUS", "TUF Gaming", "GeForce RTX 4070 SUPER", "TUF-RTX4070S-O12G-GAMING", "90YV0K82-M0N700"),
            ("MSI", "VENTUS 2X", "GeForce RTX 4070", "RTX 4070 VENTUS 2X 12G OC", "V802-352R"),
            ("Gigabyte", "EAGLE", "GeForce RTX 4070", "GV-N4070EAGLE OC-12GD", "9VN40707K82-00-10"),
            ("Gigabyte", "GAMING", "Radeon RX 7800 XT", "GV-R78XTGAMING OC-16GD", "9VR78XT7K82-00-10"),
            ("ASRock", "Challenger", "Radeon RX 7800 XT", "RX7800XT CL 16GO", "90-GAK82Z-00UAN7"),
            ("PowerColor", "Red Devil", "Radeon RX Vega 64", "RXVEGA64 8G-E/OC", "1A1-G00352802G"),
            ("Sparkle", "TITAN", "Arc A770", "SA770T-8GOC", "1A1-S00352802G"),
        ];
        for (brand, words, chip, marketing, factory) in cases {
            let partner = catalogue.partners.iter().find(|partner| partner.brand == brand).unwrap();
            let line = partner.lines.iter().find(|line| line.words == words).unwrap();
            let chip = catalogue.chips.iter().find(|candidate| candidate.name == chip).unwrap();
            let variant = Variant::unlimited()[0];
            // K82 and 7 in base 36, low digits first.
            let serial = 20 * 1296 + 8 * 36 + 2 + 7 * 46_656;
            let parts = CodeParts { chip, partner, line, variant, serial };
            assert_eq!(code(partner.marketing.as_ref().unwrap(), parts), marketing);
            assert_eq!(code(partner.factory.as_ref().unwrap(), parts), factory);
        }
    }

    #[test]
    fn a_check_digit_is_the_one_on_real_boxes() {
        assert_eq!(check_digit("471138745709"), '2');
        assert_eq!(check_digit("400638133393"), '1');
        assert_eq!(check_digit("03600029145"), '2');
    }
}
