//! Which line, sub-line, colour and revision a text names, and which of its words nobody knows.

use super::lexicon::LEXICON;
use super::product::Colour;
use super::words::{Word, words};
use crate::vocabulary::lines::{GENERAL_EXCEPT, HOUSES_WITH_BLACK_LINES, WEAK};

/// What was read from the words of a text.
#[derive(Debug, Default)]
pub(super) struct LineRead {
    /// In the order of the text, each once.
    pub(super) line: Vec<String>,
    pub(super) unknown: Vec<String>,
    pub(super) colour: Option<Colour>,
    pub(super) revision: Option<u8>,
    pub(super) oc: bool,
    pub(super) lhr: Option<bool>,
    pub(super) fans: Option<u8>,
}

/// More words than this are no name of a line.
const MAX_LINE_WORDS: usize = 8;

/// A pass over words of which some already have a meaning.
struct Pass<'w> {
    words: &'w [Word],
    read: LineRead,
    /// `Black / Silver`: which colours stand there, and whether each tells products apart.
    colours: Vec<Option<Colour>>,
    /// Where unknown words stand.
    unknown_at: Vec<usize>,
    /// First and last word of the product's name.
    core: Option<(usize, usize)>,
}

/// Reads what the other readers left. `taken` are the words that have a meaning; of them, `named` are those that
/// belong to the product's name (house, chip, size), between which an unknown word may be an unknown line.
pub(super) fn read(words: &[Word], taken: &[bool], named: &[bool], house: Option<&str>) -> LineRead {
    let mut pass =
        Pass { words, read: LineRead::default(), colours: Vec::new(), unknown_at: Vec::new(), core: None };
    let mut at = 0;
    while at < words.len() {
        if named[at] {
            pass.extend_core(at);
        }
        if taken[at] {
            at += 1;
            continue;
        }
        at += pass.word(at, house);
    }
    pass.finish()
}

/// What stands for a line in a code or another short text.
pub(super) fn read_text(text: &str, house: Option<&str>) -> LineRead {
    let words = words(text);
    let nothing = vec![false; words.len()];
    read(&words, &nothing, &nothing, house)
}

impl Pass<'_> {
    fn extend_core(&mut self, at: usize) {
        self.core = Some(self.core.map_or((at, at), |(first, _)| (first, at)));
    }

    fn add_line(&mut self, at: usize, word: &str) {
        if self.read.line.len() < MAX_LINE_WORDS && !self.read.line.iter().any(|known| known == word) {
            self.read.line.push(word.to_owned());
        }
        self.extend_core(at);
    }

    /// Reads what starts at a word, and says how many words that was.
    fn word(&mut self, at: usize, house: Option<&str>) -> usize {
        let text = self.words[at].text.as_str();
        if let Some(count) = self.revision(at) {
            return count;
        }
        if text == "hash" || text == "lite" && self.text(at + 1) == "hash" {
            self.read.lhr = Some(true);
            return if text == "lite" { 3 } else { 2 };
        }
        if let Some((meaning, count)) = LEXICON.spellings.find(self.words, at) {
            for word in meaning.split(' ').filter(|word| !word.is_empty()) {
                self.meaning(at, word, house);
            }
            return count;
        }
        self.meaning(at, text, house);
        1
    }

    fn text(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    fn meaning(&mut self, at: usize, text: &str, house: Option<&str>) {
        match text {
            "oc" => {
                self.read.oc = true;
                self.extend_core(at);
            }
            "v2" => self.read.revision = Some(2),
            "v3" => self.read.revision = Some(3),
            "lhr" => self.read.lhr = Some(!(at > 0 && matches!(self.text(at - 1), "non" | "no"))),
            "dualfan" | "twinfan" => self.fans(at, 2, text),
            "triplefan" => self.fans(at, 3, text),
            "singlefan" => self.fans(at, 1, text),
            "black"
                if house.is_some_and(|house| HOUSES_WITH_BLACK_LINES.contains(&house))
                    && !self.ends_at(at) =>
            {
                self.add_line(at, "black");
            }
            "non" | "no" => {}
            // `GAMING X`, `Challenger D`: elsewhere a letter alone counts ports or is part of one.
            _ if text.len() == 1 && !self.follows_line(at) => {}
            _ if LEXICON.line_words.contains(text) => self.add_line(at, text),
            _ => match LEXICON.colours.get(text) {
                Some(colour) => self.colours.push(*colour),
                None => self.unknown(at),
            },
        }
    }

    fn follows_line(&self, at: usize) -> bool {
        at > 0 && (self.core.is_some_and(|(_, last)| last + 1 == at) && self.is_line(at - 1))
    }

    fn is_line(&self, at: usize) -> bool {
        let text = self.text(at);
        LEXICON.line_words.contains(text)
            || self.read.line.last().is_some_and(|last| text.ends_with(last.as_str()))
    }

    /// Whether nothing follows but further colours.
    fn ends_at(&self, at: usize) -> bool {
        self.words[at..].iter().all(|word| LEXICON.colours.contains_key(word.text.as_str()))
    }

    fn fans(&mut self, at: usize, count: u8, word: &str) {
        self.read.fans = Some(count);
        self.add_line(at, word);
    }

    fn unknown(&mut self, at: usize) {
        let text = self.text(at);
        let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
        let is_a_word = letters == text.chars().count() && letters > 1;
        if is_a_word && !LEXICON.stop_words.contains(text) {
            self.unknown_at.push(at);
        }
    }

    /// `v2`, `rev. 2.0`, `rev2`, `revision 1.0`: the number, from 2 on.
    fn revision(&mut self, at: usize) -> Option<usize> {
        let text = self.text(at);
        let (number, count) = match text {
            "rev" | "revision" | "ver" => (self.text(at + 1), 2),
            _ => {
                let short = || text.strip_prefix('r').filter(|number| number.contains('.'));
                (text.strip_prefix("rev").or_else(|| text.strip_prefix('v')).or_else(short)?, 1)
            }
        };
        let major: u8 = number.split('.').next()?.parse().ok().filter(|major| *major < 10)?;
        if major >= 2 {
            self.read.revision = Some(major);
        }
        Some(count)
    }

    fn finish(mut self) -> LineRead {
        let telling: Vec<Colour> = self.colours.iter().filter_map(|colour| *colour).collect();
        let has_dark = self.colours.iter().any(Option::is_none);
        self.read.colour = if has_dark { None } else { telling.first().copied() };
        if let Some((first, last)) = self.core {
            let inside = self.unknown_at.iter().filter(|at| (first..last).contains(*at));
            let mut unknown: Vec<String> =
                inside.map(|at| self.words[*at].text.clone()).take(MAX_LINE_WORDS).collect();
            unknown.sort();
            unknown.dedup();
            self.read.unknown = unknown;
        }
        self.read
    }
}

/// The words of a line that tell it apart, sorted: without those that say nothing beside the others.
pub(crate) fn telling(line: &[String]) -> Vec<&str> {
    let is_weak = |word: &str| {
        WEAK.iter().find(|(weak, _)| *weak == word).is_some_and(|(_, beside)| {
            if beside.is_empty() {
                line.iter().any(|other| {
                    !WEAK.iter().any(|(weak, _)| weak == other) && !LEXICON.general.contains(other.as_str())
                })
            } else {
                line.iter().any(|other| beside.contains(&other.as_str()))
            }
        })
    };
    let mut telling: Vec<&str> = line.iter().map(String::as_str).filter(|word| !is_weak(word)).collect();
    telling.sort_unstable();
    telling.dedup();
    telling
}

/// Whether these words, as [`telling`] gives them, name a line of a house.
pub(crate) fn names_a_line(telling: &[&str], house: &str) -> bool {
    telling.iter().any(|word| {
        let is_line_here =
            GENERAL_EXCEPT.iter().any(|(general, houses)| general == word && houses.contains(&house));
        is_line_here || !LEXICON.general.contains(word)
    })
}

/// Whether a card can have only one line of this sort.
pub(crate) fn is_family(word: &str) -> bool {
    LEXICON.families.contains(word)
}
