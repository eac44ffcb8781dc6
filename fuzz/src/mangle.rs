//! Other bytes like given ones: what a shop or a queue could bring that is nearly right.
//!
//! Bytes that are changed at random are seldom JSON, and say little about what reads the words in it. So most changes are
//! made to one value, anywhere in a document, and leave it JSON. The same seed always makes the same changes.

use std::sync::LazyLock;

use serde_json::{Map, Number, Value, json};

/// Words that the readers know, or stumble over, and names of fields.
static WORDS: LazyLock<Vec<String>> =
    LazyLock::new(|| include_str!("../words.dict").lines().filter_map(word).collect());

/// A longer document is not made longer.
const LONGEST_BYTES: usize = 64 * 1024;

/// Changes documents, by chance that can be repeated.
#[derive(Debug)]
pub struct Mangler {
    random: u64,
}

impl Mangler {
    /// What follows from a seed.
    pub fn new(seed: u32) -> Self {
        // Never zero, of which nothing but zero follows.
        Self { random: (u64::from(seed) << 1 | 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// A document like another one.
    pub fn mangle(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut mangled = match serde_json::from_slice::<Value>(bytes) {
            Ok(mut document) => {
                for _ in 0..=self.below(3) {
                    self.change_one_value(&mut document, bytes.len());
                }
                document.to_string().into_bytes()
            }
            Err(_) => bytes.to_vec(),
        };
        if mangled == bytes || self.below(8) == 0 {
            for _ in 0..=self.below(3) {
                self.change_bytes(&mut mangled);
            }
        }
        mangled
    }

    fn change_one_value(&mut self, document: &mut Value, bytes: usize) {
        let other = {
            let at = self.below(count(document));
            nth(document, &mut { at }).cloned().unwrap_or_default()
        };
        let mut at = self.below(count(document));
        let Some(value) = nth_mut(document, &mut at) else { return };
        match self.below(6) {
            0 => *value = other,
            1 => *value = self.wrong(),
            _ => match value {
                Value::String(text) => self.change_text(text),
                Value::Number(number) => *value = self.number(number),
                Value::Array(values) => self.change_list(values, other, bytes),
                Value::Object(fields) => self.change_fields(fields, other),
                Value::Null | Value::Bool(_) => *value = self.wrong(),
            },
        }
    }

    fn change_text(&mut self, text: &mut String) {
        let from = self.place(text);
        match self.below(5) {
            0 => text.truncate(from),
            1 => {
                let to = self.place(text);
                text.replace_range(from.min(to)..from.max(to), "");
            }
            2 => {
                *text = self.word().repeat(1 + self.below(4) * self.below(200));
            }
            3 => *text = text.split_off(from) + text,
            _ => {
                text.insert_str(from, self.word());
            }
        }
    }

    /// Where a character of a text begins or ends.
    fn place(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }

    fn change_list(&mut self, values: &mut Vec<Value>, other: Value, bytes: usize) {
        let at = self.below(values.len() + 1);
        match self.below(4) {
            0 if at < values.len() => drop(values.remove(at)),
            1 if !values.is_empty() => {
                let len = values.len();
                values.swap(at % len, self.below(len));
            }
            2 if at < values.len() && bytes < LONGEST_BYTES => {
                let value = values[at].clone();
                let bytes = LONGEST_BYTES >> self.below(8);
                let times = self.below(bytes / value.to_string().len() + 2);
                values.extend(std::iter::repeat_n(value, times));
            }
            _ => values.insert(at, other),
        }
    }

    fn change_fields(&mut self, fields: &mut Map<String, Value>, other: Value) {
        let at = self.below(fields.len() + 1);
        match (self.below(3), fields.keys().nth(at).cloned()) {
            (0, Some(name)) => drop(fields.remove(&name)),
            (1, Some(name)) => drop(fields.insert(name, other)),
            _ => drop(fields.insert(self.word().to_owned(), other)),
        }
    }

    fn number(&mut self, number: &Number) -> Value {
        let number = number.as_i64().unwrap_or(1);
        match self.below(8) {
            0 => json!(0),
            1 => json!(number.wrapping_neg()),
            2 => json!(i64::MIN),
            3 => json!(u64::MAX),
            4 => json!(1e300),
            5 => json!(1_763_633_520),
            _ => json!(number.wrapping_add(i64::from(self.below(3) == 0) * 2 - 1)),
        }
    }

    fn wrong(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(0),
            3 => json!(-1.5),
            4 => json!([]),
            5 => json!({}),
            6 => json!([[self.word()]]),
            _ => json!(self.word()),
        }
    }

    fn change_bytes(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        match self.below(4) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ => bytes.insert(at, b"0{[\",}]\\-e9 \xff"[self.below(13)]),
        }
    }

    fn word(&mut self) -> &'static str {
        &WORDS[self.below(WORDS.len())]
    }

    /// A number below another one.
    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random >> 16).unwrap_or_default() % limit.max(1)
    }
}

/// How many values a document has, itself among them.
fn count(document: &Value) -> usize {
    1 + match document {
        Value::Array(values) => values.iter().map(count).sum::<usize>(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// A document's value by its number, which is counted down on the way.
fn nth<'d>(document: &'d Value, at: &mut usize) -> Option<&'d Value> {
    if *at == 0 {
        return Some(document);
    }
    *at -= 1;
    match document {
        Value::Array(values) => values.iter().find_map(|value| nth(value, at)),
        Value::Object(fields) => fields.values().find_map(|value| nth(value, at)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn nth_mut<'d>(document: &'d mut Value, at: &mut usize) -> Option<&'d mut Value> {
    if *at == 0 {
        return Some(document);
    }
    *at -= 1;
    match document {
        Value::Array(values) => values.iter_mut().find_map(|value| nth_mut(value, at)),
        Value::Object(fields) => fields.values_mut().find_map(|value| nth_mut(value, at)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The word in a line of the dictionary: in quotation marks, with bytes that are not printed as `\x0A`.
fn word(line: &str) -> Option<String> {
    let quoted = line.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::new();
    let mut rest = quoted.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = match (first, behind) {
            (b'\\', [b'x', high, low, behind @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                behind
            }
            (b'\\', [escaped, behind @ ..]) => {
                bytes.push(*escaped);
                behind
            }
            _ => {
                bytes.push(*first);
                behind
            }
        };
    }
    String::from_utf8(bytes).ok()
}
