//! A change to one listing that somebody asks for: read from JSON, checked, and applied. Pure.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    listings::{Availability, Currency, Listing, stock_availability},
    shop::Shop,
};

/// What is to be different. What is not given stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// The price, as a decimal text or a number.
    price: Option<Value>,
    /// The price in the currency's minor unit.
    price_minor: Option<i64>,
    /// The currency's three letters.
    currency: Option<String>,
    /// Pieces in stock.
    stock: Option<u32>,
    /// A word of the truth.
    availability: Option<String>,
    /// Another title.
    pub(crate) title: Option<String>,
}

impl Change {
    /// Reads a change; the error is a sentence.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(text).map_err(|error| format!("the change can't be read: {error}"))
    }

    /// The listing as it is after the change; the error is a sentence.
    pub(crate) fn applied_to(&self, listing: &Listing, shop: Shop) -> Result<Listing, String> {
        let mut changed = *listing;
        if let Some(code) = &self.currency {
            changed.currency = Currency::from_code(code)
                .ok_or_else(|| "currency has to be three capital letters, for example EUR".to_owned())?;
        }
        match (&self.price, self.price_minor) {
            (Some(_), Some(_)) => return Err("give either price or price_minor".to_owned()),
            (None, Some(minor)) => changed.price_minor = minor,
            (Some(price), None) => {
                let text = price.as_str().map_or_else(|| price.to_string(), str::to_owned);
                changed.price_minor = minor_units(&text, changed.currency.digits()).ok_or_else(|| {
                    format!("price has to be a decimal number, for example \"649.99\", not {price}")
                })?;
            }
            (None, None) => {}
        }
        if let Some(stock) = self.stock {
            changed.stock = stock;
            changed.availability = stock_availability(stock);
        }
        if let Some(word) = &self.availability {
            let availability = Availability::from_word(word).ok_or_else(|| {
                format!(
                    "availability has to be one of {}",
                    Availability::ALL.map(Availability::word).join(", ")
                )
            })?;
            changed.availability = availability;
            if shop == Shop::NetVideo {
                changed.stock = match availability {
                    Availability::InStock => changed.stock.max(1),
                    Availability::OutOfStock => 0,
                    _ => return Err("netvideo knows only in_stock and out_of_stock".to_owned()),
                };
            }
        }
        Ok(changed)
    }
}

/// A decimal number in units of its last allowed digit.
fn minor_units(text: &str, digits: u32) -> Option<i64> {
    let (negative, number) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let missing = (digits as usize).checked_sub(fraction.len())?;
    let all = format!("{whole}{fraction}{}", "0".repeat(missing));
    let plain = !whole.is_empty() && all.bytes().all(|digit| digit.is_ascii_digit());
    let amount: i64 = plain.then(|| all.parse().ok())??;
    Some(if negative { -amount } else { amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_to_the_cent_and_never_guessed() {
        let cases = [
            ("649.99", 2, Some(64_999)),
            ("649", 2, Some(64_900)),
            ("649.9", 2, Some(64_990)),
            ("-5", 2, Some(-500)),
            ("649", 0, Some(649)),
            ("0", 2, Some(0)),
            ("649.999", 2, None),
            ("6,49", 2, None),
            (".5", 2, None),
            ("1e3", 2, None),
            ("", 2, None),
            ("99999999999999999999", 2, None),
        ];
        for (text, digits, expected) in cases {
            assert_eq!(minor_units(text, digits), expected, "{text}");
        }
    }
}
