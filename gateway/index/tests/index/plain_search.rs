//! The search, worked out the plain way: each card for itself, by the letter of the documentation.

use std::collections::BTreeMap;

use catalogue_index::CardFacts;

use crate::plain::{Plain, price};

/// The runs of letters and of digits.
fn runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for letter in text.to_lowercase().chars() {
        let kind = letter.is_ascii_alphanumeric().then(|| letter.is_ascii_digit());
        if kind.is_some() {
            if kind == last {
                runs.last_mut().unwrap().push(letter);
            } else {
                runs.push(letter.to_string());
            }
        }
        last = kind;
    }
    runs
}

fn is_number(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_digit())
}

fn code(text: &str) -> String {
    let code: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    if is_number(&code) { code.trim_start_matches('0').to_owned() } else { code }
}

fn typos(one: &[u8], two: &[u8]) -> usize {
    match (one, two) {
        ([], rest) | (rest, []) => rest.len(),
        ([a, one_rest @ ..], [b, two_rest @ ..]) => {
            if a == b {
                return typos(one_rest, two_rest);
            }
            let swapped = match (one, two) {
                ([a, b, one_rest @ ..], [c, d, two_rest @ ..]) if a == d && b == c => {
                    typos(one_rest, two_rest)
                }
                _ => usize::MAX - 1,
            };
            1 + typos(one_rest, two_rest).min(typos(one, two_rest)).min(typos(one_rest, two)).min(swapped)
        }
    }
}

fn near(word: &str, other: &str, as_prefix: bool) -> bool {
    let most = match word.len() {
        0..4 => return false,
        4..8 => 1,
        _ => 2,
    };
    let shortest = if as_prefix { 0 } else { other.len() };
    (shortest..=other.len()).any(|end| typos(word.as_bytes(), &other.as_bytes()[..end]) <= most)
}

struct Searched {
    words: Vec<String>,
    codes: Vec<String>,
}

fn searched(card: &CardFacts) -> Searched {
    let brand = card.brand.as_ref().map_or("", |brand| &brand.name);
    let gpu = card.gpu.as_ref().map_or("", |gpu| &gpu.name);
    let words = [&card.name_key, brand, gpu].into_iter().flat_map(runs).collect();
    Searched { words, codes: card.codes.iter().map(|told| code(told)).collect() }
}

/// How well a card is found by one run, by what it is called: exactly, as a beginning, or with typos.
fn level_of_run(cards: &[Searched], card: &Searched, run: &str, as_prefix: bool) -> Option<usize> {
    let as_typed = |word: &String| if as_prefix { word.starts_with(run) } else { word == run };
    if card.words.iter().any(|word| word == run) {
        return Some(0);
    }
    if card.words.iter().any(as_typed) {
        return Some(1);
    }
    let known = cards.iter().filter(|card| card.words.iter().any(as_typed)).count();
    let frequent =
        |word: &String| cards.iter().filter(|card| card.words.contains(word)).count() >= known * 10;
    let misspelt = |word: &String| !is_number(word) && near(run, word, as_prefix) && frequent(word);
    (!is_number(run) && card.words.iter().any(misspelt)).then_some(2)
}

fn has_code(card: &Searched, code: &str) -> bool {
    let digits = code.chars().filter(char::is_ascii_digit).count();
    let as_prefix = if digits == code.len() { digits >= 6 } else { digits > 0 && code.len() >= 4 };
    card.codes.iter().any(|other| other == code || as_prefix && other.starts_with(code))
}

impl Plain {
    /// The cards that a query finds, each with how well; none: there is nothing to find.
    pub(crate) fn found(&self, query: &str) -> Option<BTreeMap<i64, usize>> {
        let words: Vec<&str> = query.split_whitespace().filter(|word| !runs(word).is_empty()).collect();
        if words.is_empty() {
            return None;
        }
        let cards: Vec<Searched> = self.0.values().map(searched).collect();
        let level = |card: &Searched| -> Option<usize> {
            let of_words = words.iter().enumerate().map(|(number, word)| {
                let runs = runs(word);
                let last = number + 1 == words.len();
                let of_runs = runs.iter().enumerate().map(|(at, run)| {
                    let alone = runs.len() == 1 && run.len() > 2 && !is_number(run);
                    let as_prefix = alone || last && at + 1 == runs.len();
                    level_of_run(&cards, card, run, as_prefix)
                });
                let by_name = of_runs.collect::<Option<Vec<_>>>().and_then(|levels| levels.into_iter().max());
                by_name.or_else(|| has_code(card, &code(word)).then_some(3))
            });
            let by_words = of_words.collect::<Option<Vec<_>>>().and_then(|levels| levels.into_iter().max());
            let whole = code(query);
            let by_whole = words.len() > 1
                && whole.len() >= 4
                && whole.chars().any(|letter| letter.is_ascii_digit())
                && has_code(card, &whole);
            by_words.or(by_whole.then_some(3))
        };
        let levels = cards.iter().zip(self.0.keys()).filter_map(|(card, id)| Some((*id, level(card)?)));
        Some(levels.collect())
    }

    /// Cards that were found, the best first.
    pub(crate) fn ranked(&self, found: &BTreeMap<i64, usize>) -> Vec<i64> {
        let mut ranked: Vec<_> = found
            .iter()
            .map(|(id, level)| {
                let card = &self.0[id];
                (level, card.name_key.len().min(255), price(card).unwrap_or(i64::MAX), *id)
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(.., id)| id).collect()
    }
}
