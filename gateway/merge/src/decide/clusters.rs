//! The listings that are held to be one product so far, and what joined them.

use super::facts::Facts;
use super::{Candidate, Doubt, Group, ListingRef, MatchKind};

/// More doubts than this are not reported: they are for people.
const MAX_DOUBTS: usize = 200;

/// Why two clusters were joined.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) kind: MatchKind,
    pub(super) confidence: f64,
    pub(super) reason: String,
}

/// A cluster: listings that are held to be one product.
#[derive(Debug)]
pub(super) struct Cluster<'c> {
    /// Positions among the candidates, in their order.
    pub(super) members: Vec<usize>,
    pub(super) facts: Facts<'c>,
    links: Vec<Link>,
}

/// Two listings that were not joined though something speaks for it, by their positions.
#[derive(Debug)]
pub(super) struct Apart {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) score: f64,
    pub(super) explanation: String,
}

/// All clusters.
pub(super) struct Clusters<'c> {
    pub(super) cards: Vec<&'c Candidate<'c>>,
    /// The cluster of each candidate.
    cluster_of: Vec<usize>,
    all: Vec<Cluster<'c>>,
    /// Pairs that a person has split.
    split: Vec<(usize, usize)>,
}

impl<'c> Clusters<'c> {
    /// Every candidate alone. They must be in their final order.
    pub(super) fn new(cards: Vec<&'c Candidate<'c>>) -> Self {
        let alone = |(at, card): (usize, &&'c Candidate<'c>)| Cluster {
            members: vec![at],
            facts: Facts::of(card.identity, card.shop),
            links: Vec::new(),
        };
        let all: Vec<_> = cards.iter().enumerate().map(alone).collect();
        Self { cluster_of: (0..cards.len()).collect(), cards, all, split: Vec::new() }
    }

    pub(super) fn position(&self, listing: ListingRef) -> Option<usize> {
        self.cards.iter().position(|card| card.listing == listing)
    }

    pub(super) fn id_of(&self, card: usize) -> usize {
        self.cluster_of[card]
    }

    pub(super) fn of(&self, card: usize) -> &Cluster<'c> {
        &self.all[self.cluster_of[card]]
    }

    pub(super) fn are_one(&self, a: usize, b: usize) -> bool {
        self.cluster_of[a] == self.cluster_of[b]
    }

    /// Notes that these two must never be one product.
    pub(super) fn split(&mut self, a: usize, b: usize) {
        self.split.push((a, b));
    }

    /// Whether a person's decision keeps the clusters of two listings apart.
    pub(super) fn are_split(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.cluster_of[a], self.cluster_of[b]);
        self.split.iter().any(|(one, other)| {
            let (one, other) = (self.cluster_of[*one], self.cluster_of[*other]);
            (one, other) == (a, b) || (one, other) == (b, a)
        })
    }

    /// Makes one of the clusters of two listings, whatever their facts say.
    pub(super) fn join(&mut self, a: usize, b: usize, link: Link) {
        let (keep, gone) =
            (self.cluster_of[a].min(self.cluster_of[b]), self.cluster_of[a].max(self.cluster_of[b]));
        if keep == gone {
            return;
        }
        let facts = std::mem::take(&mut self.all[gone].facts);
        let members = std::mem::take(&mut self.all[gone].members);
        let links = std::mem::take(&mut self.all[gone].links);
        for member in &members {
            self.cluster_of[*member] = keep;
        }
        let kept = &mut self.all[keep];
        kept.facts.absorb(facts);
        kept.members.extend(members);
        kept.members.sort_unstable();
        kept.links.extend(links);
        kept.links.push(link);
    }

    /// The doubts about listings that are still in different clusters and that nobody has split.
    pub(super) fn still_apart(&self, mut doubts: Vec<Apart>) -> Vec<Doubt> {
        doubts.retain(|doubt| !self.are_one(doubt.a, doubt.b) && !self.are_split(doubt.a, doubt.b));
        doubts.sort_by(|one, other| {
            other.score.total_cmp(&one.score).then((one.a, one.b).cmp(&(other.a, other.b)))
        });
        let mut seen = std::collections::HashSet::new();
        doubts.retain(|doubt| seen.insert((doubt.a, doubt.b)));
        let listing = |at: usize| self.cards[at].listing;
        let told = doubts.into_iter().take(MAX_DOUBTS);
        told.map(|doubt| Doubt {
            a: listing(doubt.a),
            b: listing(doubt.b),
            score: doubt.score,
            explanation: doubt.explanation,
        })
        .collect()
    }

    /// The clusters as groups, in the order of their first listings.
    pub(super) fn into_groups(self) -> Vec<Group> {
        let cards = self.cards;
        let filled = self.all.into_iter().filter(|cluster| !cluster.members.is_empty());
        filled.map(|cluster| group_of(&cluster, &cards)).collect()
    }
}

/// How many reasons an explanation gives.
const MAX_REASONS: usize = 4;

fn group_of(cluster: &Cluster<'_>, cards: &[&Candidate<'_>]) -> Group {
    let members = cluster.members.iter().map(|at| cards[*at].listing).collect();
    let mut reasons: Vec<&str> = Vec::new();
    for link in &cluster.links {
        if !reasons.contains(&link.reason.as_str()) {
            reasons.push(&link.reason);
        }
    }
    let explanation = if reasons.is_empty() {
        "No other listing is known to be this product.".to_owned()
    } else {
        reasons[..reasons.len().min(MAX_REASONS)].join(" ")
    };
    Group {
        members,
        by: cluster.links.iter().map(|link| link.kind).max().unwrap_or(MatchKind::SingleListing),
        confidence: cluster.links.iter().map(|link| link.confidence).fold(1.0, f64::min),
        explanation,
    }
}
