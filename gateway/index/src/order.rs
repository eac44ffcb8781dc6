//! A sorted sequence that can be copied in no time and changed in microseconds.
//!
//! It is a B-tree of three levels whose leaves are shared slices. It holds nothing but numbers (of slots,
//! say): what they are sorted by is known to the caller, who gives it as a comparison. So a million cards cost
//! four bytes for each order in which they can be read. Places in it are ranks: how many entries are before.
//!
//! What an entry is sorted by must not change while it is in here: take it out, change it, put it in.

use std::{ops::Range, sync::Arc};

/// The most entries of a leaf, and how many it gets when all are sorted at once.
const LEAF: usize = 512;
const LEAF_AT_FIRST: usize = 384;
/// The most leaves of a branch, and how many it gets when all are sorted at once.
const BRANCH: usize = 64;
const BRANCH_AT_FIRST: usize = 48;

/// A sorted sequence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    branches: Vec<Branch>,
    len: usize,
}

/// Neither a branch nor a leaf is ever empty.
#[derive(Clone, Debug)]
struct Branch {
    len: usize,
    leaves: Arc<Vec<Arc<[u32]>>>,
}

impl Branch {
    fn of(leaves: Vec<Arc<[u32]>>) -> Self {
        Self { len: leaves.iter().map(|leaf| leaf.len()).sum(), leaves: Arc::new(leaves) }
    }
}

/// Where an entry is, or would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    branch: usize,
    leaf: usize,
    at: usize,
}

impl Order {
    /// Of entries that are sorted already.
    pub(crate) fn from_sorted(entries: &[u32]) -> Self {
        let leaves: Vec<Arc<[u32]>> = entries.chunks(LEAF_AT_FIRST).map(Arc::from).collect();
        let branches = leaves.chunks(BRANCH_AT_FIRST).map(|leaves| Branch::of(leaves.to_vec())).collect();
        Self { branches, len: entries.len() }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many entries `precede`; those that do must all be before those that don't.
    pub(crate) fn rank(&self, precede: impl Fn(u32) -> bool) -> usize {
        let spot = self.spot(precede);
        let branches: usize = self.branches[..spot.branch].iter().map(|branch| branch.len).sum();
        let leaves = self
            .branches
            .get(spot.branch)
            .map_or(0, |branch| branch.leaves[..spot.leaf].iter().map(|leaf| leaf.len()).sum::<usize>());
        branches + leaves + spot.at
    }

    /// The entry at a rank.
    pub(crate) fn get(&self, rank: usize) -> Option<u32> {
        let spot = self.locate(rank);
        self.branches.get(spot.branch)?.leaves.get(spot.leaf)?.get(spot.at).copied()
    }

    /// The entries between two ranks, in stretches, which can be read from the front and from the back.
    pub(crate) fn stretches(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = &[u32]> {
        let (start, end) = (self.locate(ranks.start), self.locate(ranks.end.max(ranks.start)));
        let branches = self.branches.iter().enumerate();
        let touched = start.branch..(end.branch + 1).min(branches.len());
        touched.flat_map(move |branch| {
            let leaves = &self.branches[branch].leaves;
            let first = if branch == start.branch { start.leaf } else { 0 };
            let last = if branch == end.branch { (end.leaf + 1).min(leaves.len()) } else { leaves.len() };
            (first..last).map(move |leaf| {
                let entries = &leaves[leaf];
                let from = if (branch, leaf) == (start.branch, start.leaf) { start.at } else { 0 };
                let to = if (branch, leaf) == (end.branch, end.leaf) { end.at } else { entries.len() };
                &entries[from.min(to)..to]
            })
        })
    }

    /// The entries between two ranks, one by one.
    pub(crate) fn entries(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = u32> {
        self.stretches(ranks).flat_map(|stretch| stretch.iter().copied())
    }

    /// Puts an entry behind all that `precede` it.
    pub(crate) fn insert(&mut self, entry: u32, precede: impl Fn(u32) -> bool) {
        self.len += 1;
        if self.branches.is_empty() {
            self.branches.push(Branch::of(vec![[entry].into()]));
            return;
        }
        let spot = self.spot(precede);
        let branch = &mut self.branches[spot.branch];
        branch.len += 1;
        let leaves = Arc::make_mut(&mut branch.leaves);
        let leaf = &leaves[spot.leaf];
        let grown: Vec<u32> = [&leaf[..spot.at], &[entry], &leaf[spot.at..]].concat();
        if grown.len() <= LEAF {
            leaves[spot.leaf] = grown.into();
            return;
        }
        // One that grows at its end is probably filled in order: then full leaves are left behind.
        let cut = if spot.at == LEAF { LEAF - LEAF / 8 } else { grown.len() / 2 };
        leaves[spot.leaf] = grown[..cut].into();
        leaves.insert(spot.leaf + 1, grown[cut..].into());
        if leaves.len() > BRANCH {
            let split = leaves.split_off(leaves.len() / 2);
            *branch = Branch::of(std::mem::take(leaves));
            self.branches.insert(spot.branch + 1, Branch::of(split));
        }
    }

    /// Takes an entry out that stands right behind all that `precede` it. Says whether it was there.
    pub(crate) fn remove(&mut self, entry: u32, precede: impl Fn(u32) -> bool) -> bool {
        let mut spot = self.spot(precede);
        // Behind the last entry of a leaf is the first of the next.
        while self.branches.get(spot.branch).is_some_and(|branch| spot.at == branch.leaves[spot.leaf].len()) {
            let last_leaf = spot.leaf + 1 == self.branches[spot.branch].leaves.len();
            spot = if last_leaf {
                Spot { branch: spot.branch + 1, leaf: 0, at: 0 }
            } else {
                Spot { leaf: spot.leaf + 1, at: 0, ..spot }
            };
        }
        let Some(branch) = self.branches.get_mut(spot.branch) else { return false };
        if branch.leaves[spot.leaf][spot.at] != entry {
            return false;
        }
        self.len -= 1;
        branch.len -= 1;
        let leaves = Arc::make_mut(&mut branch.leaves);
        let leaf = &leaves[spot.leaf];
        leaves[spot.leaf] = [&leaf[..spot.at], &leaf[spot.at + 1..]].concat().into();
        tidy_leaf(leaves, spot.leaf);
        self.tidy_branch(spot.branch);
        true
    }

    /// Drops a branch that is empty, and joins a small one with the next.
    fn tidy_branch(&mut self, at: usize) {
        let leaves = self.branches[at].leaves.len();
        if leaves == 0 {
            self.branches.remove(at);
            return;
        }
        let Some(next) = self.branches.get(at + 1) else { return };
        if leaves < BRANCH / 4 && leaves + next.leaves.len() <= BRANCH / 2 {
            let joined = [self.branches[at].leaves.as_slice(), next.leaves.as_slice()].concat();
            self.branches[at] = Branch::of(joined);
            self.branches.remove(at + 1);
        }
    }

    /// Behind all that precede; in the leaf of the last of these, where there is one.
    fn spot(&self, precede: impl Fn(u32) -> bool) -> Spot {
        let branch = self.branches.partition_point(|branch| precede(branch.leaves[0][0])).saturating_sub(1);
        let Some(found) = self.branches.get(branch) else { return Spot { branch, leaf: 0, at: 0 } };
        let leaf = found.leaves.partition_point(|leaf| precede(leaf[0])).saturating_sub(1);
        let at = found.leaves[leaf].partition_point(|entry| precede(*entry));
        Spot { branch, leaf, at }
    }

    /// Where the entry of a rank is; behind the last branch where there is none.
    fn locate(&self, rank: usize) -> Spot {
        let mut left = rank;
        for (branch, found) in self.branches.iter().enumerate() {
            if left >= found.len {
                left -= found.len;
                continue;
            }
            for (leaf, entries) in found.leaves.iter().enumerate() {
                if left < entries.len() {
                    return Spot { branch, leaf, at: left };
                }
                left -= entries.len();
            }
        }
        Spot { branch: self.branches.len(), leaf: 0, at: 0 }
    }
}

/// Drops a leaf that is empty, and joins a small one with the next.
fn tidy_leaf(leaves: &mut Vec<Arc<[u32]>>, at: usize) {
    let len = leaves[at].len();
    if len == 0 {
        leaves.remove(at);
    } else if let Some(next) = leaves.get(at + 1)
        && len < LEAF / 4
        && len + next.len() <= LEAF / 2
    {
        leaves[at] = [&leaves[at][..], &next[..]].concat().into();
        leaves.remove(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Long runs, so that leaves and branches split, shrink and join.
        #[test]
        fn it_stays_what_a_sorted_vector_would_be(
            start in 0..40_000_u32,
            runs in prop::collection::vec((any::<bool>(), 0..60_000_u32, 0..3_000_u32, 1..7_usize), 1..12),
        ) {
            let mut plain: Vec<u32> = (0..start).map(|number| number * 2).collect();
            let mut order = Order::from_sorted(&plain);
            for (put, from, count, step) in runs {
                let before = (order.clone(), plain.clone());
                for entry in (from..from + count).step_by(step) {
                    let found = plain.binary_search(&entry);
                    match (put, found) {
                        (true, Err(at)) => {
                            order.insert(entry, |other| other < entry);
                            plain.insert(at, entry);
                        }
                        (false, found) => {
                            prop_assert_eq!(order.remove(entry, |other| other < entry), found.is_ok());
                            if let Ok(at) = found {
                                plain.remove(at);
                            }
                        }
                        _ => {}
                    }
                }
                prop_assert_eq!(before.0.entries(0..before.0.len()).collect::<Vec<_>>(), before.1);
                prop_assert_eq!(order.len(), plain.len());
                let (a, b) = (from as usize / 2, (from + count) as usize);
                let (a, b) = (a.min(plain.len()), b.clamp(a.min(plain.len()), plain.len()));
                prop_assert_eq!(order.entries(a..b).collect::<Vec<_>>(), &plain[a..b]);
                let backwards: Vec<u32> = order.entries(a..b).rev().collect();
                prop_assert_eq!(backwards, plain[a..b].iter().rev().copied().collect::<Vec<_>>());
                prop_assert_eq!(order.rank(|entry| entry < from), plain.partition_point(|entry| *entry < from));
                prop_assert_eq!(order.get(a), plain.get(a).copied());
            }
        }
    }
}
