//! Which listings are one product by their codes.

use std::collections::{BTreeMap, BTreeSet};

use super::clusters::{Apart, Clusters, Link};
use super::evidence::weigh;
use super::{MAX_LISTINGS_PER_CODE, MatchKind};
use crate::identity::{CodeSystem, MatchKey, mpn_key, system_of};

/// A pair of listings that share codes.
struct Pair {
    a: usize,
    b: usize,
    kind: MatchKind,
    confidence: f64,
    /// How much else agrees, to join the best pair of a contested code first.
    agreement: f64,
    codes: BTreeSet<String>,
}

/// Joins listings that share codes and contradict each other in nothing, the surest first.
pub(super) fn decide(clusters: &mut Clusters<'_>) -> Vec<Apart> {
    let mut apart = Vec::new();
    for pair in pairs(clusters) {
        if clusters.are_one(pair.a, pair.b) || clusters.are_split(pair.a, pair.b) {
            continue;
        }
        let codes = pair.codes.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let what = if pair.kind == MatchKind::Gtin { "barcode" } else { "part number" };
        let (of_a, of_b) = (&clusters.of(pair.a).facts, &clusters.of(pair.b).facts);
        if let Some(against) = of_a.contradiction(of_b).or_else(|| only_bridge(clusters, &pair)) {
            let explanation = format!("They share the {what} {codes}, but: {against}");
            apart.push(Apart { a: pair.a, b: pair.b, score: 0.6, explanation });
            continue;
        }
        let reason = format!("Listings share the {what} {codes}.");
        let link = Link { kind: pair.kind, confidence: pair.confidence, reason };
        clusters.join(pair.a, pair.b, link);
    }
    apart
}

/// A listing that carries a code: its position, the code as people read it, and how sure it makes us.
type Carrier<'c> = (usize, &'c str, f64);

/// Every pair that shares a code, the surest first.
fn pairs(clusters: &Clusters<'_>) -> Vec<Pair> {
    let mut listings_of_code: BTreeMap<(MatchKind, MatchKey), Vec<Carrier<'_>>> = BTreeMap::new();
    for (at, card) in clusters.cards.iter().enumerate() {
        let house = card.identity.brand.as_ref().map_or("", |brand| brand.slug.as_str());
        for gtin in &card.identity.gtins {
            let key = (MatchKind::Gtin, MatchKey::new(gtin.as_str().to_owned()));
            listings_of_code.entry(key).or_default().push((at, gtin.printed(), 0.99));
        }
        for mpn in &card.identity.mpns {
            let confidence = if system_of(house, mpn) == CodeSystem::Other { 0.96 } else { 0.98 };
            let key = (MatchKind::Mpn, mpn_key(card.identity, mpn));
            listings_of_code.entry(key).or_default().push((at, mpn.as_str(), confidence));
        }
    }
    let mut pairs: BTreeMap<(usize, usize), Pair> = BTreeMap::new();
    for ((kind, _), listings) in listings_of_code {
        if listings.len() > MAX_LISTINGS_PER_CODE {
            continue;
        }
        for (index, (a, code, confidence)) in listings.iter().enumerate() {
            for (b, ..) in &listings[index + 1..] {
                add(&mut pairs, clusters, (*a, *b), (kind, *confidence, code));
            }
        }
    }
    let mut pairs: Vec<Pair> = pairs.into_values().collect();
    pairs.sort_by(|one, other| {
        let strength = |pair: &Pair| (pair.codes.len().min(3), pair.agreement, pair.confidence);
        let (one_strength, other_strength) = (strength(one), strength(other));
        other_strength
            .1
            .total_cmp(&one_strength.1)
            .then(other_strength.0.cmp(&one_strength.0))
            .then(other_strength.2.total_cmp(&one_strength.2))
            .then((one.a, one.b).cmp(&(other.a, other.b)))
    });
    pairs
}

fn add(
    pairs: &mut BTreeMap<(usize, usize), Pair>,
    clusters: &Clusters<'_>,
    (a, b): (usize, usize),
    (kind, confidence, code): (MatchKind, f64, &str),
) {
    let pair = pairs.entry((a, b)).or_insert_with(|| Pair {
        a,
        b,
        kind,
        confidence,
        agreement: weigh(&clusters.of(a).facts, &clusters.of(b).facts).score,
        codes: BTreeSet::new(),
    });
    pair.confidence = pair.confidence.max(confidence);
    if kind == pair.kind {
        pair.codes.insert(code.to_owned());
    }
}

/// How many listings of a cluster are looked at.
const MAX_LOOKED_AT: usize = 6;

/// Two clusters of several listings that one listing alone brings together, while the titles of all the others
/// differ: then its code is more likely wrong than all of them.
fn only_bridge(clusters: &Clusters<'_>, pair: &Pair) -> Option<String> {
    let (of_a, of_b) = (clusters.of(pair.a), clusters.of(pair.b));
    if of_a.members.len() < 2 || of_b.members.len() < 2 {
        return None;
    }
    let others = |members: &[usize], bridge: usize| -> Vec<usize> {
        members.iter().copied().filter(|member| *member != bridge).take(MAX_LOOKED_AT).collect()
    };
    let facts = |at: usize| super::facts::Facts::of(clusters.cards[at].identity, clusters.cards[at].shop);
    let any_agrees = others(&of_a.members, pair.a).iter().any(|a| {
        others(&of_b.members, pair.b).iter().any(|b| {
            let (a, b) = (facts(*a), facts(*b));
            a.contradiction(&b).is_none() && !weigh(&a, &b).differs
        })
    });
    (!any_agrees).then(|| "The other listings of the two products say different things.".to_owned())
}
