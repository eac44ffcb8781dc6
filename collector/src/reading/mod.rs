//! From a shop's words to our units: pure parsers of what shops write.
//!
//! Each parser takes one text and gives a value in the unit that the contract of events asks for, or says why
//! it can't. Broken input is normal input: nothing here panics, guesses in silence or knows which shop wrote
//! the text. What a shop writes when it doesn't know is told from what can't be read by [`blank`].

pub mod blank;
pub mod bus;
pub mod day;
pub mod gtin;
pub mod memory;
pub mod money;
pub mod number;
pub mod ports;
pub mod power;
pub mod quantity;
pub mod technology;
pub mod text;

/// Why a text can't be read. It reads after "the field": short, the same for all texts of a kind, and never
/// with the text itself, which is kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is no number where one is needed.
    #[error("has no number")]
    NoNumber,
    /// There is more than one number, and no saying which is meant.
    #[error("has more than one number")]
    SeveralNumbers,
    /// The unit is not one of those that the field can have.
    #[error("is in a unit that is not known")]
    UnknownUnit,
    /// The value is beyond what such a field can be.
    #[error("is beyond what is possible")]
    Implausible,
    /// A word that is not known.
    #[error("is in words that are not known")]
    UnknownWords,
    /// Not a barcode of 8, 12, 13 or 14 digits.
    #[error("is not a barcode of 8, 12, 13 or 14 digits")]
    NotABarcode,
    /// The barcode's last digit does not follow from the others.
    #[error("fails its check digit")]
    CheckDigit,
    /// Not a day.
    #[error("is not a day")]
    NotADay,
    /// Not a moment.
    #[error("is not a time")]
    NotATime,
    /// Not a decimal number.
    #[error("is not an amount")]
    NotAnAmount,
    /// Zero or less.
    #[error("is not above zero")]
    NotAboveZero,
    /// More decimals than the currency has.
    #[error("has more decimals than its currency")]
    TooManyDecimals,
    /// Not a currency of ISO 4217.
    #[error("is not a currency of ISO 4217")]
    UnknownCurrency,
    /// Not an address that a browser could open.
    #[error("is not an http or https address")]
    NotAnAddress,
    /// Longer than such a field may be.
    #[error("is too long")]
    TooLong,
    /// Empty where something must stand.
    #[error("is empty")]
    Empty,
    /// Text where a number should be, a list where text should be, and so on.
    #[error("is of the wrong type")]
    WrongType,
    /// The field is not there, though it must be.
    #[error("is missing")]
    Missing,
    /// Not JSON that can be read: too deep, or a number or a character that can't be.
    #[error("is not readable JSON")]
    Malformed,
    /// The character U+0000, which no store takes and no shop means.
    #[error("holds the character U+0000")]
    Nul,
}
