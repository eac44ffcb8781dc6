//! Which listings are one product by their titles alone.
//!
//! Of one shop at most one listing joins a product this way: a shop that has two listings with one title means
//! two products, or we can't know which of them is meant.

use std::collections::{BTreeMap, BTreeSet};

use super::MatchKind;
use super::clusters::{Apart, Clusters, Link};
use super::evidence::{ENOUGH, WORTH_A_LOOK, agreement, weigh};
use crate::card::written_line;
use crate::identity::{telling, title_key};

/// Of a block with more clusters than this, only those that agree in every detail are compared.
const MAX_BLOCK: usize = 48;

/// Two clusters that titles may join, each by one of its listings.
struct Pair {
    a: usize,
    b: usize,
    score: f64,
}

/// Joins by titles, the best pairs first.
pub(super) fn decide(clusters: &mut Clusters<'_>) -> Vec<Apart> {
    let mut apart = Vec::new();
    for block in blocks(clusters) {
        decide_block(clusters, &block, &mut apart);
    }
    apart
}

/// Listings that may be one product, one for each cluster in a block.
fn blocks(clusters: &Clusters<'_>) -> Vec<Vec<usize>> {
    let mut by_key: BTreeMap<String, BTreeMap<usize, usize>> = BTreeMap::new();
    for (at, card) in clusters.cards.iter().enumerate() {
        if let Some(key) = title_key(card.identity) {
            by_key.entry(key.as_str().to_owned()).or_default().entry(clusters.id_of(at)).or_insert(at);
        }
    }
    let mut blocks = Vec::new();
    for cards in by_key.into_values().map(|block| block.into_values().collect::<Vec<_>>()) {
        if cards.len() <= MAX_BLOCK {
            blocks.push(cards);
            continue;
        }
        let mut by_detail: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for at in cards {
            let facts = &clusters.of(at).facts;
            let detail = (
                facts.memory_mb.first().copied(),
                facts.oc.contains(&true),
                facts.colours.first().copied(),
                facts.revisions.first().copied(),
                facts.unknown_words.first().copied(),
            );
            by_detail.entry(detail).or_default().push(at);
        }
        blocks.extend(
            by_detail
                .into_values()
                .flat_map(|cards| cards.chunks(MAX_BLOCK).map(<[usize]>::to_vec).collect::<Vec<_>>()),
        );
    }
    blocks.retain(|block| block.len() > 1);
    blocks
}

fn decide_block(clusters: &mut Clusters<'_>, block: &[usize], apart: &mut Vec<Apart>) {
    let mut pairs = Vec::new();
    for (index, &a) in block.iter().enumerate() {
        for &b in &block[index + 1..] {
            consider(clusters, (a, b), &mut pairs, apart);
        }
    }
    pairs.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then((one.a, one.b).cmp(&(other.a, other.b)))
    });
    let unclear = contested(clusters, &pairs);
    for pair in pairs {
        let (a, b) = (pair.a, pair.b);
        if clusters.are_one(a, b) || clusters.are_split(a, b) {
            continue;
        }
        let (of_a, of_b) = (&clusters.of(a).facts, &clusters.of(b).facts);
        if !of_a.shops.is_disjoint(&of_b.shops)
            || of_a.contradiction(of_b).is_some()
            || weigh(of_a, of_b).score < ENOUGH
        {
            continue;
        }
        if unclear.contains(&(a, b)) {
            let explanation =
                "The titles agree, but the shop has another listing that fits as well and has another code."
                    .to_owned();
            apart.push(Apart { a, b, score: 0.7, explanation });
            continue;
        }
        let identity = clusters.cards[a].identity;
        let house = identity.brand.as_ref().map_or("", |brand| brand.slug.as_str());
        let named = written_line(house, telling(&identity.line));
        let link =
            Link { kind: MatchKind::Title, confidence: pair.score, reason: agreement(of_a, of_b, &named) };
        clusters.join(a, b, link);
    }
}

/// Weighs one pair of clusters.
fn consider(clusters: &Clusters<'_>, (a, b): (usize, usize), pairs: &mut Vec<Pair>, apart: &mut Vec<Apart>) {
    let (of_a, of_b) = (&clusters.of(a).facts, &clusters.of(b).facts);
    if clusters.are_one(a, b) || of_a.contradiction(of_b).is_some() {
        return;
    }
    let evidence = weigh(of_a, of_b);
    let same_shop = !of_a.shops.is_disjoint(&of_b.shops);
    if evidence.score >= ENOUGH && !same_shop {
        pairs.push(Pair { a, b, score: evidence.score });
    } else if evidence.score >= WORTH_A_LOOK {
        let against = if same_shop && evidence.against.is_empty() {
            "They are two listings of one shop.".to_owned()
        } else {
            evidence.against.join(" ")
        };
        let explanation = format!("The titles name one brand, chip and line, but: {against}");
        apart.push(Apart { a, b, score: evidence.score, explanation });
    }
}

/// The pairs of which one side has two equally good partners in one shop that can't both be right, since they have
/// different codes.
fn contested(clusters: &Clusters<'_>, pairs: &[Pair]) -> BTreeSet<(usize, usize)> {
    let mut partners: BTreeMap<usize, Vec<(usize, f64)>> = BTreeMap::new();
    for pair in pairs {
        partners.entry(pair.a).or_default().push((pair.b, pair.score));
        partners.entry(pair.b).or_default().push((pair.a, pair.score));
    }
    let codes = |at: usize| {
        let facts = &clusters.of(at).facts;
        (facts.gtins.clone(), facts.codes.clone())
    };
    let mut contested = BTreeSet::new();
    for (card, partners) in partners {
        for (index, (one, score)) in partners.iter().enumerate() {
            for (other, other_score) in &partners[index + 1..] {
                let (of_one, of_other) = (&clusters.of(*one).facts, &clusters.of(*other).facts);
                let is_close = (score - other_score).abs() < 0.02;
                let (one_codes, other_codes) = (codes(*one), codes(*other));
                let have_codes =
                    |codes: &(BTreeSet<_>, BTreeSet<_>)| !codes.0.is_empty() || !codes.1.is_empty();
                if is_close
                    && have_codes(&one_codes)
                    && have_codes(&other_codes)
                    && !of_one.shops.is_disjoint(&of_other.shops)
                {
                    contested.insert((card.min(*one), card.max(*one)));
                    contested.insert((card.min(*other), card.max(*other)));
                }
            }
        }
    }
    contested
}
