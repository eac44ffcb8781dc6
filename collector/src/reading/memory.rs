//! The size and the type of a card's memory.

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Unreadable,
    number::{Token, is_cross, tokens, without_brackets},
};

/// No card has less, in MB.
const LEAST_MB: u32 = 1;
/// No card has more, in MB: 2 TB.
const MOST_MB: u32 = 2 * 1024 * 1024;
/// A bare number up to this is in GB, above it in MB: there is no card of 65 GB or more without a unit that
/// is not rather one of 128 MB.
const MOST_BARE_GB: u32 = 64;

/// A size in MB of 1024 KB: `12 GB`, `12288 MB`, `12Go`, `12 G`, `2 x 12 GB`.
pub fn size_mb(text: &str) -> Result<u32, Unreadable> {
    let tokens = tokens(&without_brackets(text));
    let (first, rest) = tokens
        .iter()
        .enumerate()
        .find_map(|(at, token)| match token {
            Token::Number(number) => Some((*number, &tokens[at + 1..])),
            _ => None,
        })
        .ok_or(Unreadable::NoNumber)?;
    let (times, size, rest) = match rest {
        [cross, Token::Number(size), rest @ ..] if is_cross(cross) => (first.value, *size, rest),
        rest => (Decimal::ONE, first, rest),
    };
    let factor = rest.iter().find_map(|token| match token {
        Token::Word(unit) => Some(megabytes_of(unit)),
        _ => None,
    });
    let mut reading = Err(Unreadable::Implausible);
    for meaning in size.meanings() {
        let factor = match factor {
            Some(factor) => factor.ok_or(Unreadable::UnknownUnit)?,
            None if meaning <= MOST_BARE_GB.into() => Decimal::from(1024),
            None => Decimal::ONE,
        };
        let megabytes = meaning
            .checked_mul(factor)
            .and_then(|value| value.checked_mul(times))
            .filter(Decimal::is_integer)
            .and_then(|value| value.to_u32());
        if let Some(megabytes) = megabytes.filter(|value| (LEAST_MB..=MOST_MB).contains(value)) {
            reading = Ok(megabytes);
            break;
        }
    }
    reading
}

/// How many MB one of a unit is.
fn megabytes_of(unit: &str) -> Option<Decimal> {
    match unit {
        "g" | "gb" | "go" | "gib" | "gbyte" | "gbytes" | "gigabyte" | "gigabytes" | "гб" | "г" | "гбайт" => {
            Some(Decimal::from(1024))
        }
        "m" | "mb" | "mo" | "mib" | "mbyte" | "mbytes" | "megabyte" | "megabytes" | "мб" | "м" | "мбайт" => {
            Some(Decimal::ONE)
        }
        "t" | "tb" | "to" | "tib" | "тб" => Some(Decimal::from(1024 * 1024)),
        "k" | "kb" | "ko" | "kib" | "кб" => Some(Decimal::new(9_765_625, 10)),
        _ => None,
    }
}

/// A type of memory, in upper case: `GDDR6X`, `HBM2E`, `LPDDR5`.
pub fn kind(text: &str) -> Result<String, Unreadable> {
    let kind: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let generation = ["GDDR", "LPDDR", "HBM", "SDDR", "DDR", "SDRAM", "SGRAM", "SDR", "EDO", "VRAM"]
        .iter()
        .find_map(|family| kind.strip_prefix(family))
        .ok_or(Unreadable::UnknownWords)?;
    if generation.chars().count() > 3 || !generation.is_ascii() {
        return Err(Unreadable::UnknownWords);
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_in_every_way_that_shops_write_it() {
        let cases = [
            ("12 GB", 12288),
            ("12GB", 12288),
            ("12 G", 12288),
            ("12288 MB", 12288),
            ("12Go", 12288),
            ("12 ГБ", 12288),
            ("12 GiB", 12288),
            ("12", 12288),
            ("12288", 12288),
            ("64", 65536),
            ("512", 512),
            ("0.5 GB", 512),
            ("1,5 GB", 1536),
            ("12 288 MB", 12288),
            ("12,288 MB", 12288),
            ("12.288 MB", 12288),
            ("2 x 12 GB", 24576),
            ("2×12GB", 24576),
            ("12 GB GDDR6X", 12288),
            ("141 GB", 144_384),
            ("8 Гбайт", 8192),
            ("1 TB", 1_048_576),
            ("524288 KB", 512),
            ("12 GB (192 bit)", 12288),
        ];
        for (text, expected) in cases {
            assert_eq!(size_mb(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        let cases = [
            ("twelve", Unreadable::NoNumber),
            ("12 bananas", Unreadable::UnknownUnit),
            ("9999 TB", Unreadable::Implausible),
        ];
        for (text, expected) in cases {
            assert_eq!(size_mb(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn a_type_is_written_in_one_way() {
        for (text, expected) in
            [("GDDR6X", "GDDR6X"), ("gddr6x", "GDDR6X"), ("GDDR 6", "GDDR6"), ("HBM2e", "HBM2E")]
        {
            assert_eq!(kind(text).as_deref(), Ok(expected), "{text:?}");
        }
        for text in ["memory", "GDDR6 from somewhere", "12 GB"] {
            assert_eq!(kind(text), Err(Unreadable::UnknownWords), "{text:?}");
        }
    }
}
