//! Scalars that GraphQL doesn't have by itself.

use std::str::FromStr;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::NaiveDate;

/// A decimal number as a string, so that no client makes a binary fraction of it: `"649.99"`. Integers may
/// also be given as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(pub rust_decimal::Decimal);

impl Decimal {
    /// The amount in minor units, of which there are ten to the power of `digits`; rounded up, held at the border of what
    /// a price can be.
    pub(crate) fn to_minor_above(self, digits: u32) -> i64 {
        let border = if self.0.is_sign_negative() { i64::MIN } else { i64::MAX };
        let minor = self.0.checked_mul(rust_decimal::Decimal::from(10_u64.pow(digits)));
        minor.and_then(|minor| minor.ceil().try_into().ok()).unwrap_or(border)
    }
}

/// A decimal number as a string, so that no client makes a binary fraction of it: `"649.99"`. Integers may
/// also be given as numbers.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
            Value::Number(number) => {
                return Err(InputValueError::custom(format!(
                    "a Decimal is written as a string, \"{number}\" instead of {number}"
                )));
            }
            _ => return Err(InputValueError::expected_type(value)),
        };
        rust_decimal::Decimal::from_str(&text)
            .map(Self)
            .map_err(|_| InputValueError::custom(format!("{text:?} is not a decimal number like \"649.99\"")))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A day: `2024-01-17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day: `2024-01-17`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text
                .parse()
                .map(Self)
                .map_err(|_| InputValueError::custom(format!("{text:?} is not a day like \"2024-01-17\""))),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An absolute address: `https://shop.example/p/1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

/// An absolute address: `https://shop.example/p/1`.
#[Scalar(name = "URL")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
