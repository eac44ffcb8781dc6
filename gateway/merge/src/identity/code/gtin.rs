//! Barcodes.

use serde::{Deserialize, Serialize};

use crate::identity::words::Word;

/// A barcode as GTIN-14, with a right check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gtin(String);

impl Gtin {
    /// Reads a GTIN-8, -12, -13 or -14. `None` for anything that can't be one product's own number: a wrong
    /// check digit, zeros, numbers that shops give themselves, books.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'));
        let digits: Vec<u8> =
            text.bytes().filter(u8::is_ascii_digit).take(15).map(|digit| digit - b'0').collect();
        if !is_plain || !matches!(digits.len(), 8 | 12..=14) {
            return None;
        }
        let mut full = [0; 14];
        full[14 - digits.len()..].copy_from_slice(&digits);
        (has_right_check_digit(full) && is_products_own(full))
            .then(|| Self(full.iter().map(|digit| char::from(digit + b'0')).collect()))
    }

    /// 14 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is printed on a box: without the zeros that only fill it up.
    pub fn printed(&self) -> &str {
        let bare = self.0.trim_start_matches('0');
        match bare.len() {
            0..=8 => &self.0[6..],
            9..=12 => &self.0[2..],
            13 => &self.0[1..],
            _ => &self.0,
        }
    }
}

fn has_right_check_digit(digits: [u8; 14]) -> bool {
    let weighted = |(at, digit): (usize, &u8)| u32::from(*digit) * if at % 2 == 0 { 3 } else { 1 };
    digits.iter().enumerate().map(weighted).sum::<u32>() % 10 == 0
}

/// No placeholder, and not of the ranges that GS1 leaves to shops, coupons, books and magazines.
fn is_products_own(digits: [u8; 14]) -> bool {
    let significant: Vec<u8> = digits.iter().copied().skip_while(|digit| *digit == 0).collect();
    let mut distinct = significant.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let counts_up = significant
        .windows(2)
        .take(significant.len().saturating_sub(2))
        .all(|pair| pair[1] == (pair[0] + 1) % 10);
    if significant.len() < 7 || distinct.len() < 3 || counts_up {
        return false;
    }
    // The GTIN-13's first three digits.
    let is_short = significant.len() <= 8;
    let prefix = u32::from(digits[1]) * 100 + u32::from(digits[2]) * 10 + u32::from(digits[3]);
    is_short || !matches!(prefix, 20..=29 | 40..=59 | 200..=299 | 977..=984 | 990..=999)
}

/// The barcodes that stand in a title. Shorter ones are not looked for: too many other numbers have eight digits.
pub(crate) fn in_title(words: &[Word]) -> Vec<Gtin> {
    words
        .iter()
        .filter(|word| matches!(word.text.len(), 12..=14))
        .filter_map(|word| Gtin::parse(&word.text))
        .collect()
}
