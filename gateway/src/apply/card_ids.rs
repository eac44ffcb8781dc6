//! Which card a group of listings is: cards keep their ids when their listings are grouped anew.
//!
//! Pure. Which listings are one product doesn't depend on what was known before; only the names of the
//! groups do, so that what a reader kept still finds its card.

use std::collections::{BTreeMap, BTreeSet};

/// A listing's id in the gateway.
pub(crate) type ListingId = i64;
/// A card's id in the gateway.
pub(crate) type CardId = i64;

/// Who is which card after listings were grouped anew.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CardIds {
    /// For each group, the card that it goes on being; `None`: it is a new card.
    pub(super) cards: Vec<Option<CardId>>,
    /// Cards that are no group's any more, and which group (by its place) took each over.
    pub(super) taken_over: BTreeMap<CardId, usize>,
}

/// Gives each group the card that most of its listings were, each card to one group only. `groups` are the
/// listings of each group, `current` the card of each listing that had one.
pub(super) fn keep(groups: &[Vec<ListingId>], current: &BTreeMap<ListingId, CardId>) -> CardIds {
    let mut claims = Vec::new();
    for (place, members) in groups.iter().enumerate() {
        let mut shares: BTreeMap<CardId, usize> = BTreeMap::new();
        for card in members.iter().filter_map(|listing| current.get(listing)) {
            *shares.entry(*card).or_default() += 1;
        }
        let eldest = members.iter().min().copied().unwrap_or(ListingId::MAX);
        claims.extend(shares.into_iter().map(|(card, share)| (share, eldest, card, place)));
    }
    // The largest share first; then the group with the eldest listing, then the eldest card.
    claims.sort_by_key(|&(share, eldest, card, place)| (std::cmp::Reverse(share), eldest, card, place));
    let mut ids = CardIds { cards: vec![None; groups.len()], taken_over: BTreeMap::new() };
    let mut given = BTreeSet::new();
    for &(_, _, card, place) in &claims {
        if ids.cards[place].is_none() && given.insert(card) {
            ids.cards[place] = Some(card);
        }
    }
    for &(_, _, card, place) in &claims {
        if !given.contains(&card) {
            ids.taken_over.entry(card).or_insert(place);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (
        &'static str,
        &'static [&'static [i64]],
        &'static [(i64, i64)],
        &'static [Option<i64>],
        &'static [(i64, usize)],
    );

    #[test]
    fn a_card_keeps_its_id_and_what_is_left_over_is_taken_over() {
        let cases: &[Case] = &[
            ("new listings are new cards", &[&[1], &[2]], &[], &[None, None], &[]),
            ("a group goes on being its card", &[&[1, 2]], &[(1, 7)], &[Some(7)], &[]),
            (
                "two cards become one: the larger share stays",
                &[&[1, 2, 3]],
                &[(1, 7), (2, 8), (3, 8)],
                &[Some(8)],
                &[(7, 0)],
            ),
            (
                "two equal cards become one: the elder stays",
                &[&[1, 2]],
                &[(1, 8), (2, 7)],
                &[Some(7)],
                &[(8, 0)],
            ),
            (
                "a card splits: the larger part keeps it",
                &[&[1], &[2, 3]],
                &[(1, 7), (2, 7), (3, 7)],
                &[None, Some(7)],
                &[],
            ),
            (
                "a card splits evenly: the eldest listing keeps it",
                &[&[2], &[1]],
                &[(1, 7), (2, 7)],
                &[None, Some(7)],
                &[],
            ),
            (
                "listings change places",
                &[&[1, 4], &[3, 2]],
                &[(1, 7), (2, 7), (3, 8), (4, 8)],
                &[Some(7), Some(8)],
                &[],
            ),
        ];
        for (name, groups, current, cards, taken_over) in cases {
            let groups: Vec<Vec<i64>> = groups.iter().map(|members| members.to_vec()).collect();
            let ids = keep(&groups, &current.iter().copied().collect());
            assert_eq!(ids.cards, *cards, "{name}");
            assert_eq!(ids.taken_over, taken_over.iter().copied().collect(), "{name}");
        }
    }
}
