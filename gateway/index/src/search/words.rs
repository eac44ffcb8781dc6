//! Texts as a search sees them: without case and accents, in Latin letters, cut into runs of letters and runs
//! of digits.

use std::borrow::Cow;

/// The longest text that is looked at, in characters: names and queries are shorter.
const LONGEST_TEXT: usize = 1_000;
/// The longest run that tells anything.
const LONGEST_RUN: usize = 32;
/// The longest code.
const LONGEST_CODE: usize = 64;
/// The most codes of a card.
pub(super) const MOST_CODES: u32 = 32;
/// The most runs of a query that are looked for.
const MOST_RUNS: usize = 32;
/// A number of so many digits is no part of a name but a code: a barcode, a serial number.
const DIGITS_OF_A_CODE: usize = 6;
/// So many characters of a code, letters and digits among them, are enough to find it by.
const START_OF_A_CODE: usize = 4;

/// A word of a query: what stands between spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its runs, all of which must be found.
    pub(super) runs: Vec<Run>,
    /// The whole of it, as codes are kept.
    pub(super) code: String,
}

/// A run of letters, or one of digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    /// Whether what begins with it is found too.
    pub(super) as_prefix: bool,
}

impl Run {
    /// How many typos are forgiven: none in a number, which tells one product from another.
    pub(super) fn typos(&self) -> usize {
        match self.text.len() {
            _ if !is_letters(&self.text) => 0,
            0..4 => 0,
            4..8 => 1,
            _ => 2,
        }
    }

    /// Whether it is looked for among codes instead of names.
    pub(super) fn is_code(&self) -> bool {
        is_code(&self.text)
    }
}

/// The words of a query, and the whole of it as a code.
pub(super) fn words_of_query(text: &str) -> (Vec<Word>, String) {
    let plain = plain(text);
    let (mut words, mut runs_left) = (Vec::new(), MOST_RUNS);
    for word in plain.split_ascii_whitespace() {
        let texts: Vec<&str> = runs(word).take(runs_left).collect();
        runs_left -= texts.len();
        let alone = texts.len() == 1;
        let runs: Vec<Run> = texts
            .into_iter()
            // What stands glued to something else, as in `a770`, is no beginning of a word.
            .map(|text| Run { as_prefix: alone && is_letters(text) && text.len() > 2, text: text.to_owned() })
            .collect();
        if !runs.is_empty() {
            words.push(Word { runs, code: code(word) });
        }
    }
    // The last one may still be being typed.
    if let Some(last) = words.last_mut().and_then(|word| word.runs.last_mut()) {
        last.as_prefix = true;
    }
    let whole = if words.len() > 1 { code(&plain) } else { String::new() };
    (words, whole)
}

/// The runs of what a card, its brand and its chip are called, as the dictionary holds them; some more than once.
pub(crate) fn each_term(names: [&str; 3], mut act: impl FnMut(&str)) {
    for name in names {
        runs(&plain(name)).filter(|run| !is_code(run)).for_each(&mut act);
    }
}

/// The same, each once and sorted.
pub(crate) fn terms(names: [&str; 3]) -> Vec<String> {
    let mut terms = Vec::new();
    each_term(names, |term| terms.push(term.to_owned()));
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// A card's codes as they are kept, one in a line: those that are told, and long numbers of its name.
pub(crate) fn codes_to_keep(codes: &[String], name: &str) -> String {
    let name = plain(name);
    let told = codes.iter().map(|told| code(&plain(told)));
    let in_name = runs(&name).filter(|run| is_code(run)).map(code);
    let mut kept: Vec<String> = Vec::new();
    for code in told.chain(in_name).filter(|code| !code.is_empty()) {
        if kept.len() < MOST_CODES as usize && !kept.contains(&code) {
            kept.push(code);
        }
    }
    kept.join("\n")
}

/// Whether the beginning of a code is long enough to find it by.
pub(super) fn begins_a_code(code: &str) -> bool {
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    if digits == code.len() {
        return digits >= DIGITS_OF_A_CODE;
    }
    digits > 0 && code.len() >= START_OF_A_CODE
}

/// Without separators, and without zeros in front of a barcode: the shorter kind is the longer one without.
fn code(plain: &str) -> String {
    let code: String = plain.chars().filter(char::is_ascii_alphanumeric).take(LONGEST_CODE).collect();
    if code.bytes().all(|byte| byte.is_ascii_digit()) {
        code.trim_start_matches('0').to_owned()
    } else {
        code
    }
}

fn is_code(run: &str) -> bool {
    run.len() >= DIGITS_OF_A_CODE && !is_letters(run)
}

fn is_letters(run: &str) -> bool {
    run.starts_with(|c: char| c.is_ascii_lowercase())
}

fn plain(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(end, _)| end);
    let text = &text[..end];
    if text.is_ascii() {
        return if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            text.to_ascii_lowercase().into()
        } else {
            text.into()
        };
    }
    let mut plain = deunicode::deunicode(&text.replace(['™', '®', '©'], " "));
    plain.make_ascii_lowercase();
    plain.into()
}

fn runs(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|word| {
        word.as_bytes()
            .chunk_by(|one, two| one.is_ascii_digit() == two.is_ascii_digit())
            .filter_map(|run| str::from_utf8(&run[..run.len().min(LONGEST_RUN)]).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_where_letters_and_digits_meet() {
        for (text, expected) in [
            ("", ""),
            ("!!! \0 —", ""),
            ("RTX4070Ti", "rtx|4070|ti*"),
            ("4070 rtx", "4070|rtx*"),
            ("ge RTX", "ge|rtx*"),
            ("geforce 4070", "geforce*|4070*"),
            ("Видеокарта ASUS", "videokarta*|asus*"),
            ("Élan™ 12GB", "elan*|12|gb*"),
            ("GV-N4070EAGLE", "gv|n|4070|eagle*"),
        ] {
            let (words, _) = words_of_query(text);
            let runs: Vec<String> = words
                .iter()
                .flat_map(|word| &word.runs)
                .map(|run| format!("{}{}", run.text, if run.as_prefix { "*" } else { "" }))
                .collect();
            assert_eq!(runs.join("|"), expected, "{text}");
        }
    }

    #[test]
    fn codes_are_kept_without_separators_and_leading_zeros_once_each() {
        let codes = ["GV-N4070EAGLE OC-12GD", "0471138745709", "471138745709", "--", ""].map(str::to_owned);
        assert_eq!(
            codes_to_keep(&codes, "Card 0012345678 RTX 4070"),
            "gvn4070eagleoc12gd\n471138745709\n12345678"
        );
    }
}
