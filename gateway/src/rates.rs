//! Prices in different currencies are compared in one, the base currency, by rates that the operator sets.

use std::{collections::BTreeMap, str::FromStr};

use events::Price;
use iso_currency::Currency;
use rust_decimal::{Decimal, RoundingStrategy};
use service::settings::SettingError;

/// The base currency and the rates to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExchangeRates {
    base: Currency,
    /// By currency code: what one minor unit of it is in minor units of the base.
    factors: BTreeMap<String, Decimal>,
}

impl ExchangeRates {
    /// Reads `BASE_CURRENCY` (`USD`) and `EXCHANGE_RATES` (`EUR=1.08,RUB=0.011`: what one unit of a currency
    /// is in the base currency).
    pub fn read(base: &str, rates: &str) -> Result<Self, SettingError> {
        let wrong_base = |problem: String| SettingError::wrong("BASE_CURRENCY", problem, "USD");
        let wrong_rate =
            |problem: String| SettingError::wrong("EXCHANGE_RATES", problem, "EUR=1.08,RUB=0.011");
        let base = currency(base).ok_or_else(|| wrong_base(format!("{base:?} is not an ISO 4217 code")))?;
        let mut factors = BTreeMap::from([(base.code().to_owned(), Decimal::ONE)]);
        for pair in rates.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (code, rate) = pair
                .split_once('=')
                .ok_or_else(|| wrong_rate(format!("{pair:?} is not of the form CODE=RATE")))?;
            let from =
                currency(code).ok_or_else(|| wrong_rate(format!("{code:?} is not an ISO 4217 code")))?;
            let rate = Decimal::from_str(rate.trim())
                .ok()
                .filter(|rate| *rate > Decimal::ZERO && *rate < Decimal::from(1_000_000_000))
                .ok_or_else(|| {
                    wrong_rate(format!("the rate of {code} is not a number above zero: {rate:?}"))
                })?;
            if from == base && rate != Decimal::ONE {
                return Err(wrong_rate(format!("{code} is the base currency: its rate can only be 1")));
            }
            factors.insert(from.code().to_owned(), rate * minor_units(base) / minor_units(from));
        }
        Ok(Self { base, factors })
    }

    /// The base currency's ISO 4217 code.
    pub fn base(&self) -> &'static str {
        self.base.code()
    }

    /// A price in minor units of the base currency, rounded half away from zero; `None` where there is no
    /// rate for its currency or the result can't be held.
    pub fn to_base_minor(&self, price: &Price) -> Option<i64> {
        let factor = self.factors.get(&price.currency)?;
        Decimal::from(price.amount_minor)
            .checked_mul(*factor)?
            .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
            .try_into()
            .ok()
    }

    /// Every known currency with what one minor unit of it is in minor units of the base.
    pub fn factors(&self) -> impl Iterator<Item = (&str, Decimal)> {
        self.factors.iter().map(|(code, factor)| (code.as_str(), *factor))
    }

    /// The same text for the same rates: tells whether stored base prices were worked out with these.
    pub fn fingerprint(&self) -> String {
        let rates: Vec<_> =
            self.factors().map(|(code, factor)| format!("{code}={}", factor.normalize())).collect();
        format!("{}:{}", self.base(), rates.join(","))
    }
}

fn currency(code: &str) -> Option<Currency> {
    // Mostly it is written as it should be.
    Currency::from_code(code).or_else(|| Currency::from_code(&code.trim().to_ascii_uppercase()))
}

/// How many minor units one unit of a currency has: 100 for USD, 1 for JPY.
fn minor_units(currency: Currency) -> Decimal {
    Decimal::from(10_u64.pow(minor_digits(currency)))
}

fn minor_digits(currency: Currency) -> u32 {
    u32::from(currency.exponent().unwrap_or(0))
}

/// How many digits a currency has behind the point, by ISO 4217; 2 for a code that is not known.
pub fn digits(code: &str) -> u32 {
    currency(code).map_or(2, minor_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_brought_to_the_base_currency() {
        let rates = ExchangeRates::read("usd", "EUR=1.08, JPY=0.0065,KWD=3.25").unwrap();
        let cases = [
            ((64_999, "USD"), Some(64_999)),
            ((10_000, "EUR"), Some(10_800)),
            ((1, "EUR"), Some(1)),
            ((100_000, "JPY"), Some(65_000)),
            ((1_000, "KWD"), Some(325)),
            ((100, "RUB"), None),
            ((i64::MAX, "KWD"), Some(2_997_595_911_977_802_137)),
            ((i64::MAX, "EUR"), None),
        ];
        for ((amount_minor, currency), expected) in cases {
            let price = Price { amount_minor, currency: currency.to_owned() };
            assert_eq!(rates.to_base_minor(&price), expected, "{price:?}");
        }
    }

    #[test]
    fn a_wrong_setting_is_told_in_a_sentence_that_names_it() {
        let cases = [
            ("DOLLAR", "", "BASE_CURRENCY"),
            ("USD", "EUR", "CODE=RATE"),
            ("USD", "EURO=1.08", "\"EURO\""),
            ("USD", "EUR=0", "above zero"),
            ("USD", "EUR=-1", "above zero"),
            ("USD", "EUR=much", "above zero"),
            ("USD", "USD=2", "base currency"),
        ];
        for (base, rates, expected) in cases {
            let error = ExchangeRates::read(base, rates).unwrap_err().to_string();
            assert!(error.contains(expected), "{base} {rates}: {error}");
        }
    }

    #[test]
    fn the_fingerprint_tells_rates_apart_and_ignores_how_they_are_written() {
        let fingerprint = |base, rates| ExchangeRates::read(base, rates).unwrap().fingerprint();
        assert_eq!(fingerprint("USD", "EUR=1.080,RUB=0.011"), fingerprint("usd", "RUB=0.011,EUR=1.08"));
        assert_ne!(fingerprint("USD", "EUR=1.08"), fingerprint("USD", "EUR=1.09"));
    }
}
