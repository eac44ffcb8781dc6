//! Whether a title names a video card at all.

use super::lexicon::{LEXICON, Phrases};
use super::product::ProductKind;
use super::words::{Gap, Word};

/// What else is known of a title.
pub(super) struct Hints {
    /// Whether it names a size of memory.
    pub(super) has_size: bool,
    /// Whether it names a chip that is sold in laptops alone.
    pub(super) has_laptop_chip: bool,
    /// Behind this word, nothing belongs to the product's name.
    pub(super) name_ends_at: usize,
}

/// Decides by the title's words.
pub(super) fn decide(words: &[Word], hints: &Hints) -> ProductKind {
    let found = |phrases: &Phrases<()>, at: usize| phrases.find(words, at).map(|((), count)| count);
    let is_for =
        |at: usize| words.get(at).is_some_and(|word| LEXICON.before_other_goods.contains(word.text.as_str()));
    let mut parts_of_computers = 0;
    let mut is_bundle = false;
    for at in 0..words.len() {
        // Behind the name, shops write what else they sell: `… 8GB GDDR6 | Laptop Outlet`.
        let is_of_shop = hints.has_size
            && at > hints.name_ends_at
            && words[hints.name_ends_at..=at].iter().any(Word::is_after_break);
        if !is_of_shop && found(&LEXICON.never_a_card, at).is_some() && !(at > 0 && is_for(at - 1)) {
            return ProductKind::NotACard;
        }
        if let Some(count) = found(&LEXICON.accessories, at) {
            // The first word names the goods in most languages, in some the last: `RTX 3080 waterblock`.
            let is_head = at == 0 || at + count == words.len();
            if is_for(at + count) || !hints.has_size && is_head && !is_feature(words, at, count) {
                return ProductKind::NotACard;
            }
        }
        parts_of_computers += usize::from(found(&LEXICON.computer_parts, at).is_some());
        is_bundle |= found(&LEXICON.bundle_words, at).is_some();
        is_bundle |=
            (words[at].gap == Gap::Plus || is_with(words, at)) && found(&LEXICON.bundled, at).is_some();
    }
    if hints.has_laptop_chip || parts_of_computers >= 3 {
        return ProductKind::NotACard;
    }
    if is_bundle { ProductKind::Bundle } else { ProductKind::Card }
}

/// `mit Monitor`, `+ 27 monitor`.
fn is_with(words: &[Word], at: usize) -> bool {
    (at.saturating_sub(2)..at).any(|before| {
        words[before].gap == Gap::Plus
            || matches!(
                words[before].text.as_str(),
                "plus" | "and" | "und" | "including" | "incl" | "inkl" | "with" | "mit" | "avec" | "con"
            )
    })
}

/// Words that stand for a feature of a card: `metal backplate`, `video card with adapter`, `xtreme waterforce
/// waterblock`.
fn is_feature(words: &[Word], at: usize, count: usize) -> bool {
    let before = at.checked_sub(1).map(|before| words[before].text.as_str()).unwrap_or_default();
    let behind = words.get(at + count).map(|word| word.text.as_str()).unwrap_or_default();
    matches!(
        before,
        "metal" | "with" | "waterforce" | "mit" | "sync" | "xtreme" | "xc" | "rgb" | "and" | "avec" | "con"
    ) || matches!(behind, "card" | "cards" | "included" | "ready")
}
