//! What commands print: tables for people, one JSON object a line for scripts.
//!
//! Texts of shops are printed without what could steer a terminal.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use events::Price;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::reading::money;

/// A wider cell is cut in a table.
const WIDEST_CELL: usize = 60;

/// A row of a table or an object of JSON.
pub(super) trait Row: Serialize {
    /// The columns' headings.
    const HEADINGS: &'static [&'static str];

    /// The cells, one a column.
    fn cells(&self) -> Vec<String>;
}

/// Prints rows; `nothing` is said where there are none and a person reads.
pub(super) fn rows<R: Row>(out: &mut impl Write, rows: &[R], is_json: bool, nothing: &str) -> io::Result<()> {
    if is_json {
        return rows.iter().try_for_each(|row| json(out, row));
    }
    if rows.is_empty() {
        return writeln!(out, "{nothing}");
    }
    let headings = R::HEADINGS.iter().map(|heading| (*heading).to_owned()).collect();
    let mut lines: Vec<Vec<String>> = vec![headings];
    lines.extend(rows.iter().map(|row| row.cells().iter().map(|cell| cut(&plain(cell))).collect()));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..R::HEADINGS.len()).map(width).collect();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Prints one object in a line.
pub(super) fn json(out: &mut impl Write, row: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    writeln!(out)
}

/// A text without control characters: they are written as escapes.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// A moment, to the second.
pub(super) fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A moment that may not be known.
pub(super) fn moment_or_unknown(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "unknown".to_owned(), moment)
}

/// A price as people write it: `649.99 USD`.
pub(super) fn price(price: &Price) -> String {
    let digits = money::currency(&price.currency).ok().and_then(iso_currency::Currency::exponent);
    let amount = Decimal::new(price.amount_minor, u32::from(digits.unwrap_or(0)));
    format!("{amount} {}", price.currency)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDEST_CELL {
        return text.to_owned();
    }
    text.chars().take(WIDEST_CELL - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Pair(&'static str, &'static str);

    impl Row for Pair {
        const HEADINGS: &'static [&'static str] = &["one", "another"];

        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), self.1.to_owned()]
        }
    }

    fn printed(pairs: &[Pair], is_json: bool) -> String {
        let mut out = Vec::new();
        rows(&mut out, pairs, is_json, "Nothing.").unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_stand_below_each_other_and_a_terminal_is_not_steered() {
        let pairs = [Pair("a long one", "é"), Pair("\u{1b}[2J", "x\ny")];
        assert_eq!(printed(&pairs, false), "one         another\na long one  é\n\\u{1b}[2J   x\\ny\n");
        assert_eq!(printed(&pairs[..1], true), "[\"a long one\",\"é\"]\n");
        assert_eq!((printed(&[], false).as_str(), printed(&[], true).as_str()), ("Nothing.\n", ""));
    }

    #[test]
    fn a_price_is_written_with_its_currencys_decimals() {
        for (amount_minor, currency, expected) in
            [(64_999, "USD", "649.99 USD"), (98_000, "JPY", "98000 JPY"), (5, "KWD", "0.005 KWD")]
        {
            assert_eq!(price(&Price { amount_minor, currency: currency.to_owned() }), expected);
        }
    }
}
