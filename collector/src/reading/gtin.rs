//! Barcodes.

use super::Unreadable;

/// A barcode of 8, 12, 13 or 14 digits as GTIN-14, its check digit right. Spaces and dashes don't count.
pub fn gtin14(text: &str) -> Result<String, Unreadable> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || ![8, 12, 13, 14].contains(&digits.len()) {
        return Err(Unreadable::NotABarcode);
    }
    let gtin = format!("{digits:0>14}");
    // From the left every other digit counts three times; with the check digit the sum is a multiple of ten.
    let sum: u32 = gtin
        .bytes()
        .enumerate()
        .map(|(at, byte)| u32::from(byte - b'0') * if at % 2 == 0 { 3 } else { 1 })
        .sum();
    if sum.is_multiple_of(10) { Ok(gtin) } else { Err(Unreadable::CheckDigit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_becomes_gtin_14_if_its_check_digit_is_right() {
        let cases = [
            ("4711387457092", Ok("04711387457092".to_owned())),
            ("4 711387 457092", Ok("04711387457092".to_owned())),
            ("0824142335376", Ok("00824142335376".to_owned())),
            ("824142335376", Ok("00824142335376".to_owned())),
            ("96385074", Ok("00000096385074".to_owned())),
            ("4711387457093", Err(Unreadable::CheckDigit)),
            ("471138745709", Err(Unreadable::CheckDigit)),
            ("47113874570", Err(Unreadable::NotABarcode)),
            ("4711387x57092", Err(Unreadable::NotABarcode)),
            ("٤711387457092", Err(Unreadable::NotABarcode)),
        ];
        for (text, expected) in cases {
            assert_eq!(gtin14(text), expected, "{text:?}");
        }
    }
}
