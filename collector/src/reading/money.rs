//! Money: integer minor units of an ISO 4217 currency, never a float.

use events::Price;
use iso_currency::Currency;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::Unreadable;

/// No video card costs as much, in minor units of whatever currency.
const MOST_MINOR: i64 = 1_000_000_000_000;

/// A currency by its code, in any case.
pub fn currency(code: &str) -> Result<Currency, Unreadable> {
    Currency::from_code(&code.trim().to_uppercase()).ok_or(Unreadable::UnknownCurrency)
}

/// A price from an amount such as `649.99`.
pub fn price(amount: &str, currency: Currency) -> Result<Price, Unreadable> {
    let amount = amount.trim();
    let is_decimal = amount.bytes().any(|byte| byte.is_ascii_digit())
        && amount.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !is_decimal {
        return Err(Unreadable::NotAnAmount);
    }
    let digits = u32::from(currency.exponent().ok_or(Unreadable::UnknownCurrency)?);
    // The only decimal texts that don't parse have more than one dot or more digits than any price. They would be rounded
    // without `exact`.
    let amount = Decimal::from_str_exact(amount).map_err(|_| Unreadable::NotAnAmount)?;
    let minor = Decimal::from(10_u32.pow(digits)).checked_mul(amount).ok_or(Unreadable::Implausible)?;
    if !minor.is_integer() {
        return Err(Unreadable::TooManyDecimals);
    }
    price_of_minor(minor.to_i64().ok_or(Unreadable::Implausible)?, currency)
}

/// A price from an amount in minor units.
pub fn price_of_minor(amount_minor: i64, currency: Currency) -> Result<Price, Unreadable> {
    if currency.exponent().is_none() {
        return Err(Unreadable::UnknownCurrency);
    }
    match amount_minor {
        ..=0 => Err(Unreadable::NotAboveZero),
        1..=MOST_MINOR => Ok(Price { amount_minor, currency: currency.code().to_owned() }),
        _ => Err(Unreadable::Implausible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_exact_or_refused() {
        let cases = [
            ("649.99", "USD", Ok(64_999)),
            ("649.9", "USD", Ok(64_990)),
            ("649", "usd", Ok(64_900)),
            ("649.990", "USD", Ok(64_999)),
            ("98000", "JPY", Ok(98_000)),
            ("98000.00", "JPY", Ok(98_000)),
            ("199.125", "KWD", Ok(199_125)),
            ("0.29", "EUR", Ok(29)),
            ("649.999", "USD", Err(Unreadable::TooManyDecimals)),
            ("98000.5", "JPY", Err(Unreadable::TooManyDecimals)),
            ("0", "USD", Err(Unreadable::NotAboveZero)),
            ("0.00", "USD", Err(Unreadable::NotAboveZero)),
            ("-5.00", "USD", Err(Unreadable::NotAboveZero)),
            ("10000000000.01", "USD", Err(Unreadable::Implausible)),
            ("9999999999999999999999999999", "USD", Err(Unreadable::Implausible)),
            ("649.98999999999999999999999999999999999", "USD", Err(Unreadable::NotAnAmount)),
            ("1e30", "USD", Err(Unreadable::NotAnAmount)),
            ("NaN", "USD", Err(Unreadable::NotAnAmount)),
            ("", "USD", Err(Unreadable::NotAnAmount)),
            ("-", "USD", Err(Unreadable::NotAnAmount)),
            ("1.2.3", "USD", Err(Unreadable::NotAnAmount)),
            ("649,99", "USD", Err(Unreadable::NotAnAmount)),
            ("649.99", "XAU", Err(Unreadable::UnknownCurrency)),
            ("649.99", "ZZZ", Err(Unreadable::UnknownCurrency)),
        ];
        for (amount, code, expected) in cases {
            let read = currency(code).and_then(|currency| price(amount, currency));
            assert_eq!(read.map(|price| price.amount_minor), expected, "{amount:?} {code}");
        }
    }
}
