//! Money, and how people write it.

use std::io::Write;

use async_graphql::{ComplexObject, SimpleObject};
use iso_currency::Currency;
use rust_decimal::Decimal as Number;

use super::{
    plan::Expected,
    scalars::Decimal,
    straight::{Out, Straight},
};
use crate::rates::digits;

/// The language in which amounts are written where the client doesn't say.
pub(crate) const ENGLISH: &str = "en";

/// An amount of money in one currency.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(complex)]
pub struct Money {
    /// The amount in units of the currency: `"649.99"`.
    pub amount: Decimal,
    /// The amount in minor units of the currency: `64999`. A price that doesn't fit 32 bits is held at their
    /// border; `amount` is always exact.
    pub minor_units: i32,
    /// The currency by ISO 4217: `USD`.
    pub currency: String,
}

impl Money {
    /// From minor units of a currency.
    pub fn of(amount_minor: i64, currency: &str) -> Self {
        Self::with_digits(amount_minor, currency, digits(currency))
    }

    /// The same of a currency that has so many digits behind the point.
    pub(super) fn with_digits(amount_minor: i64, currency: &str, digits: u32) -> Self {
        let amount = Decimal(Number::new(amount_minor, digits));
        Self { amount, minor_units: held(amount_minor), currency: currency.to_owned() }
    }

    /// The amount as people of a language write it.
    pub(crate) fn written(&self, locale: &str) -> String {
        format(self, locale)
    }
}

/// A price, held at the border of 32 bits.
fn held(minor_units: i64) -> i32 {
    i32::try_from(minor_units).unwrap_or(if minor_units < 0 { i32::MIN } else { i32::MAX })
}

#[ComplexObject]
impl Money {
    /// The amount as people of a language write it: `$649.99` in `en`, `649,99 $` in `ru` and `de`. A language
    /// that is not known is written as `en`.
    async fn formatted(
        &self,
        #[graphql(default_with = "Some(ENGLISH.to_owned())", desc = "A language tag: `en`, `ru`, `de-AT`.")]
        locale: Option<String>,
    ) -> String {
        self.written(locale.as_deref().unwrap_or(ENGLISH))
    }
}

/// Money that is only written.
pub(super) struct Amount<'c> {
    /// In minor units of the currency.
    pub(super) minor: i64,
    pub(super) currency: &'c str,
    /// How many digits the currency has behind the point.
    pub(super) digits: u32,
}

impl Straight for Amount<'_> {
    const TYPE: &'static str = "Money";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "amount" => out.quoted(|json| write_amount(self.minor, self.digits, json)),
            "minorUnits" => out.scalar(&held(self.minor)),
            "currency" => out.text(self.currency),
            "formatted" => {
                let Some(locale) = out.argument::<Option<String>>(field, "locale") else { return false };
                let money = Money::of(self.minor, self.currency);
                out.text(&money.written(locale.as_deref().unwrap_or(ENGLISH)))
            }
            _ => false,
        }
    }
}

impl Straight for Money {
    const TYPE: &'static str = "Money";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        let Self { amount, currency, .. } = self;
        // It was made of that many minor units.
        let minor = i64::try_from(amount.0.mantissa());
        minor.is_ok_and(|minor| Amount { minor, currency, digits: amount.0.scale() }.write(field, out))
    }
}

/// Writes an amount of minor units in units of its currency, which has so many digits behind the point.
fn write_amount(minor: i64, digits: u32, out: &mut Vec<u8>) {
    let digits = digits as usize;
    if minor < 0 {
        out.push(b'-');
    }
    // There is a digit before the point. Writing to memory doesn't fail.
    write!(out, "{:0width$}", minor.unsigned_abs(), width = digits + 1).ok();
    if digits > 0 {
        out.insert(out.len() - digits, b'.');
    }
}

/// How a language writes amounts.
struct Habit {
    thousands: &'static str,
    point: &'static str,
    symbol_first: bool,
}

fn habit(locale: &str) -> Habit {
    let language = locale.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let (thousands, point, symbol_first) = match language.as_str() {
        "ru" | "uk" | "be" | "bg" | "cs" | "sk" | "pl" | "fr" | "fi" | "sv" | "nb" | "no" | "hu" => {
            ("\u{a0}", ",", false)
        }
        "de" | "es" | "it" | "pt" | "da" | "el" | "ro" | "hr" | "sl" | "sr" | "id" | "vi" => {
            (".", ",", false)
        }
        "nl" | "tr" => (".", ",", true),
        _ => (",", ".", true),
    };
    Habit { thousands, point, symbol_first }
}

fn format(money: &Money, locale: &str) -> String {
    let habit = habit(locale);
    let text = money.amount.0.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut number = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            number.push_str(habit.thousands);
        }
        number.push(digit);
    }
    if !fraction.is_empty() {
        number.push_str(habit.point);
        number.push_str(fraction);
    }
    let sign = if money.amount.0.is_sign_negative() { "-" } else { "" };
    let symbol = Currency::from_code(&money.currency).map(|currency| currency.symbol().to_string());
    let symbol = symbol.as_deref().unwrap_or(&money.currency);
    // A symbol of letters needs room.
    let gap = if symbol.chars().all(char::is_alphabetic) { "\u{a0}" } else { "" };
    if habit.symbol_first {
        format!("{sign}{symbol}{gap}{number}")
    } else {
        format!("{sign}{number}\u{a0}{symbol}")
    }
}

/// From the cheapest to the dearest.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct MoneyRange {
    /// The cheapest.
    pub min: Money,
    /// The dearest.
    pub max: Money,
}

impl Straight for MoneyRange {
    const TYPE: &'static str = "MoneyRange";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "min" => out.object(&self.min, &field.fields),
            "max" => out.object(&self.max, &field.fields),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn money_is_written_as_people_write_it() {
        let cases = [
            ((64_999, "USD", "en"), "$649.99"),
            ((123_456_700, "USD", "en-GB"), "$1,234,567.00"),
            ((64_999, "USD", "ru"), "649,99\u{a0}$"),
            ((123_456_700, "EUR", "de-AT"), "1.234.567,00\u{a0}€"),
            ((100_000, "JPY", "en"), "¥100,000"),
            ((123_456_700, "EUR", "fr"), "1\u{a0}234\u{a0}567,00\u{a0}€"),
            ((5, "USD", "xx"), "$0.05"),
        ];
        for ((amount_minor, currency, locale), expected) in cases {
            assert_eq!(format(&Money::of(amount_minor, currency), locale), expected, "{locale}");
        }
    }

    proptest! {
        #[test]
        fn an_amount_is_written_as_the_number_it_is(minor: i64, small in -2_000_i64..2_000, digits in 0_u32..5) {
            for minor in [minor, small] {
                let mut written = Vec::new();
                write_amount(minor, digits, &mut written);
                prop_assert_eq!(String::from_utf8(written).unwrap(), Number::new(minor, digits).to_string());
            }
        }
    }

    #[test]
    fn the_amount_has_as_many_digits_as_the_currency() {
        let cases = [
            ((64_999, "USD"), "649.99"),
            ((64_900, "USD"), "649.00"),
            ((649, "JPY"), "649"),
            ((1, "KWD"), "0.001"),
        ];
        for ((amount_minor, currency), expected) in cases {
            assert_eq!(Money::of(amount_minor, currency).amount.0.to_string(), expected);
        }
    }
}
