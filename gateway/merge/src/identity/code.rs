//! Barcodes and part numbers.

use serde::{Deserialize, Serialize};

/// A barcode as GTIN-14, with a right check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gtin(String);

impl Gtin {
    /// Reads a GTIN-8, -12, -13 or -14. `None` for anything that can't be one product's own number: a wrong
    /// check digit, zeros, numbers that shops give themselves.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
        matches!(digits.len(), 8 | 12..=14)
            .then(|| Self(format!("{:0>14}", String::from_utf8_lossy(&digits))))
    }

    /// 14 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A part number without separators, in upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MpnKey(String);

impl MpnKey {
    /// The part number as it is compared: `TUFRTX4070SO12GGAMING`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A code that a listing gives, but that is not believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disbelieved {
    /// The code as the shop writes it.
    pub code: String,
    /// Why, as a sentence for people.
    pub reason: String,
}
