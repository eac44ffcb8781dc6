//! Whether a title names a video card at all.

use super::lexicon::LEXICON;
use super::product::ProductKind;
use super::words::Word;

/// Decides by the title's words. `has_size` says whether it names a size of memory, `has_laptop_chip` whether it
/// names a chip that is sold in laptops alone.
pub(super) fn decide(words: &[Word], has_size: bool, has_laptop_chip: bool) -> ProductKind {
    let found =
        |phrases: &super::lexicon::Phrases<()>, at: usize| phrases.find(words, at).map(|(_, count)| count);
    let mut parts_of_computers = 0;
    let mut is_bundle = false;
    for at in 0..words.len() {
        if found(&LEXICON.never_a_card, at).is_some() {
            return ProductKind::NotACard;
        }
        if let Some(count) = found(&LEXICON.accessories, at) {
            let is_made_for = words
                .get(at + count)
                .is_some_and(|next| LEXICON.before_other_goods.contains(next.text.as_str()));
            // The first word names the goods in most languages: `Cable 12VHPWR …`.
            if is_made_for || !has_size && (at == 0 || !is_feature(words, at, count)) {
                return ProductKind::NotACard;
            }
        }
        parts_of_computers += usize::from(found(&LEXICON.computer_parts, at).is_some());
        is_bundle |= found(&LEXICON.bundle_words, at).is_some();
        is_bundle |= (words[at].after_plus || is_with(words, at)) && found(&LEXICON.bundled, at).is_some();
    }
    if has_laptop_chip || parts_of_computers >= 3 {
        return ProductKind::NotACard;
    }
    if is_bundle { ProductKind::Bundle } else { ProductKind::Card }
}

/// `mit Monitor`, `+ 27 monitor`.
fn is_with(words: &[Word], at: usize) -> bool {
    (at.saturating_sub(2)..at).any(|before| {
        words[before].after_plus
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
        "metal"
            | "with"
            | "waterforce"
            | "graphics"
            | "video"
            | "display"
            | "vga"
            | "dual"
            | "triple"
            | "rgb"
            | "wb"
            | "dvi"
            | "hdmi"
            | "mit"
            | "sync"
            | "vr"
            | "xtreme"
    ) || matches!(behind, "card" | "cards" | "included" | "ready")
        || words[at].text == "support"
        || words[at].text == "case"
        || words[at].text == "stand"
}
