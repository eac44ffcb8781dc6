//! The vocabularies, indexed by first word, so that a title is read in one pass whatever their size.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::product::Colour;
use super::words::{Word, longest_phrase};
use crate::vocabulary::{brands, lines, other_goods, stop_words};

/// Phrases of one or several words, and what each of them means.
pub(crate) struct Phrases<T> {
    by_first_word: HashMap<&'static str, Vec<(&'static str, T)>>,
}

impl<T: Copy> Phrases<T> {
    fn new(entries: impl IntoIterator<Item = (&'static str, T)>) -> Self {
        let mut by_first_word: HashMap<_, Vec<_>> = HashMap::new();
        for (phrase, meaning) in entries {
            let first = phrase.split(' ').next().unwrap_or(phrase);
            by_first_word.entry(first).or_default().push((phrase, meaning));
        }
        Self { by_first_word }
    }

    /// The longest phrase that stands at `at`: what it means and how many words it has.
    pub(crate) fn find(&self, words: &[Word], at: usize) -> Option<(T, usize)> {
        let entries = self.by_first_word.get(words.get(at)?.text.as_str())?;
        let (found, count) = longest_phrase(words, at, entries.iter().map(|(phrase, _)| *phrase))?;
        entries.iter().find(|(phrase, _)| *phrase == found).map(|(_, meaning)| (*meaning, count))
    }
}

/// Every vocabulary.
pub(crate) struct Lexicon {
    /// Houses, and whether the name is a chip maker's.
    pub(crate) brands: Phrases<(&'static brands::House, bool)>,
    /// Houses of lines that stand where a brand should.
    pub(crate) lines_as_brands: Phrases<&'static str>,
    pub(crate) spellings: Phrases<&'static str>,
    pub(crate) families: HashSet<&'static str>,
    pub(crate) line_words: HashSet<&'static str>,
    /// Words that alone name no line.
    pub(crate) general: HashSet<&'static str>,
    /// Words between an accessory and what it is made for.
    pub(crate) before_other_goods: HashSet<&'static str>,
    pub(crate) stop_words: HashSet<&'static str>,
    pub(crate) colours: HashMap<&'static str, Option<Colour>>,
    pub(crate) never_a_card: Phrases<()>,
    pub(crate) accessories: Phrases<()>,
    pub(crate) bundled: Phrases<()>,
    pub(crate) bundle_words: Phrases<()>,
    pub(crate) computer_parts: Phrases<()>,
}

/// The one lexicon.
pub(crate) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let named = |houses: &'static [brands::House], is_chip_maker: bool| {
        houses
            .iter()
            .flat_map(move |house| house.aliases.iter().map(move |alias| (*alias, (house, is_chip_maker))))
    };
    let bare = |phrases: &'static str| Phrases::new(phrases.split(',').map(|phrase| (phrase.trim(), ())));
    Lexicon {
        brands: Phrases::new(named(brands::HOUSES, false).chain(named(brands::CHIP_MAKERS, true))),
        lines_as_brands: Phrases::new(brands::LINES_AS_BRANDS.iter().chain(brands::HOUSE_OF_LINE).copied()),
        spellings: Phrases::new(lines::SPELLINGS.iter().copied()),
        families: lines::FAMILIES.split_whitespace().collect(),
        line_words: lines::FAMILIES.split_whitespace().chain(lines::WORDS.split_whitespace()).collect(),
        general: lines::GENERAL.split_whitespace().collect(),
        stop_words: stop_words::STOP_WORDS.iter().flat_map(|words| words.split_whitespace()).collect(),
        before_other_goods: other_goods::FOR.split(',').map(str::trim).collect(),
        colours: lines::COLOURS.iter().copied().collect(),
        never_a_card: bare(other_goods::NEVER_A_CARD),
        accessories: bare(other_goods::ACCESSORIES),
        bundled: bare(other_goods::BUNDLED),
        bundle_words: bare(other_goods::BUNDLE_WORDS),
        computer_parts: bare(other_goods::COMPUTER_PARTS),
    }
});

/// The house with this slug.
pub(crate) fn house(slug: &str) -> Option<&'static brands::House> {
    brands::HOUSES.iter().chain(brands::CHIP_MAKERS).find(|house| house.slug == slug)
}
