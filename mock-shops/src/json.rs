//! Writes JSON straight into one string, in the order in which the shops have their fields. A page of a few
//! hundred listings is made for each request, so it is not built as a tree first.

use std::fmt::{Display, Write as _};

/// An object or array that is being written. What is begun is closed when it is dropped.
pub(crate) struct Writer<'a> {
    out: &'a mut String,
    empty: bool,
    close: char,
}

impl<'a> Writer<'a> {
    /// Begins an object.
    pub(crate) fn object(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, empty: true, close: '}' }
    }

    fn array(out: &'a mut String) -> Self {
        out.push('[');
        Self { out, empty: true, close: ']' }
    }

    /// A field with a text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        push_text(self.field(name), value);
    }

    /// A field with a text, or with `null`.
    pub(crate) fn text_or_null(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// A field with a number, or with anything else that is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: impl Display) {
        let out = self.field(name);
        write!(out, "{json}").unwrap_or_default();
    }

    /// A field with an object.
    pub(crate) fn nested(&mut self, name: &str, write: impl FnOnce(&mut Writer<'_>)) {
        write(&mut Writer::object(self.field(name)));
    }

    /// A field with an array.
    pub(crate) fn list(&mut self, name: &str, write: impl FnOnce(&mut Writer<'_>)) {
        write(&mut Writer::array(self.field(name)));
    }

    /// A field with an array of texts.
    pub(crate) fn texts<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        self.list(name, |list| {
            for value in values {
                push_text(list.next(), value.as_ref());
            }
        });
    }

    /// An element of an array that is an object.
    pub(crate) fn element(&mut self, write: impl FnOnce(&mut Writer<'_>)) {
        write(&mut Writer::object(self.next()));
    }

    fn field(&mut self, name: &str) -> &mut String {
        let out = self.next();
        push_text(out, name);
        out.push(':');
        out
    }

    fn next(&mut self) -> &mut String {
        if !std::mem::take(&mut self.empty) {
            self.out.push(',');
        }
        self.out
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.out.push(self.close);
    }
}

fn push_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => write!(out, "\\u{:04x}", u32::from(control)).unwrap_or_default(),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// An amount of minor units as a decimal number.
pub(crate) fn decimal(amount_minor: i64, digits: u32) -> String {
    let sign = if amount_minor < 0 { "-" } else { "" };
    let amount = amount_minor.unsigned_abs();
    let unit = 10_u64.pow(digits);
    match digits {
        0 => format!("{sign}{amount}"),
        _ => format!("{sign}{}.{:0width$}", amount / unit, amount % unit, width = digits as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut out = String::new();
        let mut object = Writer::object(&mut out);
        object.text("title", "a \"b\" \\ \u{1} видеокарта");
        object.list("items", |items| {
            items.element(|item| item.raw("id", 1));
            items.element(|_| {});
        });
        object.texts("none", [""; 0]);
        drop(object);
        let value: serde_json::Value = serde_json::from_str(&out).unwrap();
        let expected = serde_json::json!({
            "title": "a \"b\" \\ \u{1} видеокарта", "items": [{"id": 1}, {}], "none": []
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        let cases =
            [(64_999, 2, "649.99"), (5, 2, "0.05"), (-500, 2, "-5.00"), (0, 2, "0.00"), (64_999, 0, "64999")];
        for (amount, digits, expected) in cases {
            assert_eq!(decimal(amount, digits), expected);
        }
    }
}
