//! A text as words that can be compared: lower case, without accents and trademark signs, other alphabets in
//! Latin letters where that is common usage.

/// One word: `gddr6x`, `4.0`, `nitro`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Lower case letters and digits, with points between digits.
    pub(crate) text: String,
    /// What stands between it and the word before.
    pub(crate) gap: Gap,
}

/// What stands between two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// White space, or anything else that says nothing.
    Space,
    /// Nothing but a hyphen, slash, point or underscore.
    Glue,
    /// A comma.
    Comma,
    /// A `|`, bracket or spaced hyphen, after which shops often write their own name.
    Break,
    /// A `+` that stands alone: `… 12GB + monitor`.
    Plus,
}

impl Gap {
    fn of(text: &str, is_first: bool) -> Self {
        if text.contains(" + ") || text.contains(" & ") {
            Self::Plus
        } else if text.contains(['|', '(', ')', '[', ']', '▷', '–', '—', ';']) || text.contains(" - ") {
            Self::Break
        } else if text.contains(',') {
            Self::Comma
        } else if !is_first && text.chars().all(|c| matches!(c, '-' | '/' | '.' | '_')) {
            Self::Glue
        } else {
            Self::Space
        }
    }
}

impl Word {
    /// A word that stands alone.
    pub(crate) fn alone(text: &str) -> Self {
        Self { text: text.to_owned(), gap: Gap::Space }
    }

    /// Whether it belongs to the word before: `GAMING` in `TUF-GAMING`.
    pub(crate) fn is_glued(&self) -> bool {
        self.gap == Gap::Glue
    }

    /// Whether something new begins with it.
    pub(crate) fn is_after_break(&self) -> bool {
        matches!(self.gap, Gap::Break | Gap::Plus)
    }
}

/// More words than this are not read.
const MAX_WORDS: usize = 90;
/// A longer word is no word; what follows its first letters is dropped.
const MAX_WORD_BYTES: usize = 60;

#[derive(Default)]
struct Splitter {
    words: Vec<Word>,
    current: String,
    gap: String,
}

impl Splitter {
    fn letter(&mut self, letters: &str) {
        if self.current.len() < MAX_WORD_BYTES {
            self.current
                .extend(letters.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
        }
    }

    fn end_word(&mut self) {
        if self.current.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.current);
        let gap = std::mem::take(&mut self.gap);
        let gap = Gap::of(&gap, self.words.is_empty());
        self.words.push(Word { text: unsigned(text), gap });
    }
}

/// A trademark sign that a shop's address turned into a letter: `rtxr 3070`.
fn unsigned(text: String) -> String {
    match text.as_str() {
        "rtxr" | "rtxtm" => "rtx".to_owned(),
        "gtxr" | "gtxtm" => "gtx".to_owned(),
        "geforcer" | "geforcetm" => "geforce".to_owned(),
        "radeontm" | "radeonr" => "radeon".to_owned(),
        _ => text,
    }
}

/// Whether letters of this script are written in Latin ones.
fn is_transcribed(letter: char) -> bool {
    matches!(letter, '\u{80}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}' | '\u{ff00}'..='\u{ff5e}')
}

/// Splits a text into words.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut splitter = Splitter::default();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if splitter.words.len() >= MAX_WORDS {
            return splitter.words;
        }
        let next_is_digit = letters.peek().is_some_and(char::is_ascii_digit);
        match letter {
            '™' | '®' | '©' | '\'' | '’' | '!' => {}
            '.' | ',' if splitter.current.ends_with(|c: char| c.is_ascii_digit()) && next_is_digit => {
                splitter.current.push('.');
            }
            _ if letter.is_ascii_alphanumeric() => splitter.letter(letter.encode_utf8(&mut [0; 4])),
            _ if letter.is_alphanumeric() && is_transcribed(letter) => {
                splitter.letter(deunicode::deunicode_char(letter).unwrap_or_default());
            }
            _ if letter.is_alphanumeric() => {
                if splitter.current.len() < MAX_WORD_BYTES {
                    splitter.current.extend(letter.to_lowercase());
                }
            }
            _ => {
                splitter.end_word();
                splitter.gap.push(if letter.is_whitespace() { ' ' } else { letter });
            }
        }
    }
    splitter.end_word();
    splitter.words
}

/// Whether the words from `at` on are those of `phrase`, and how many they are.
pub(crate) fn matches_phrase(words: &[Word], at: usize, phrase: &str) -> Option<usize> {
    let mut count = 0;
    for part in phrase.split(' ') {
        if words.get(at + count)?.text != part {
            return None;
        }
        count += 1;
    }
    Some(count)
}

/// The longest of some phrases that stands at `at`, with the number of its words.
pub(crate) fn longest_phrase<'p>(
    words: &[Word],
    at: usize,
    phrases: impl IntoIterator<Item = &'p str>,
) -> Option<(&'p str, usize)> {
    phrases
        .into_iter()
        .filter_map(|phrase| Some((phrase, matches_phrase(words, at, phrase)?)))
        .max_by_key(|(phrase, count)| (*count, phrase.len()))
}
