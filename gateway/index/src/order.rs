//! A sorted sequence that can be copied in no time and changed in microseconds.
//!
//! It is a B-tree of three levels whose leaves are shared slices. It holds nothing but numbers (of slots,
//! say): what they are sorted by is known to the caller, who gives it as a comparison. So a million cards cost
//! five bytes for each order in which they can be read. Places in it are ranks: how many entries are before.
//!
//! A comparison looks at a card somewhere in memory, which is most of what a search costs. So it is known of each leaf
//! behind which [`Mark`] it begins, and only within one leaf cards are looked at.
//!
//! What an entry is sorted by must not change while it is in here: take it out, change it, put it in.

mod sought;

use std::{ops::Range, sync::Arc};

pub(crate) use self::sought::{Mark, Sought, mark_behind_text, mark_of_number, mark_of_text};

/// The most entries of a leaf, and how many it gets when all are sorted at once.
const LEAF: usize = 128;
const LEAF_AT_FIRST: usize = 96;
/// The most leaves of a branch, and how many it gets when all are sorted at once.
const BRANCH: usize = 128;
const BRANCH_AT_FIRST: usize = 96;

/// A sorted sequence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    branches: Vec<Branch>,
    len: usize,
}

/// Neither a branch nor a leaf is ever empty.
#[derive(Clone, Debug)]
struct Branch {
    /// That of its first leaf.
    mark: Mark,
    len: usize,
    leaves: Arc<Leaves>,
}

/// Leaves side by side.
#[derive(Clone, Debug, Default)]
struct Leaves {
    /// Behind which mark each begins: no entry of it has a lower one, and none of those before it a higher one.
    marks: Vec<Mark>,
    entries: Vec<Arc<[u32]>>,
}

impl Branch {
    fn of(leaves: Leaves) -> Self {
        let len = leaves.entries.iter().map(|leaf| leaf.len()).sum();
        Self { mark: leaves.marks.first().copied().unwrap_or_default(), len, leaves: Arc::new(leaves) }
    }
}

impl Leaves {
    fn len(&self) -> usize {
        self.entries.len()
    }

    /// The first of a leaf's entries.
    fn first_of(&self, leaf: usize) -> u32 {
        self.entries[leaf][0]
    }

    fn insert(&mut self, at: usize, mark: Mark, leaf: Arc<[u32]>) {
        self.marks.insert(at, mark);
        self.entries.insert(at, leaf);
    }

    fn remove(&mut self, at: usize) {
        self.marks.remove(at);
        self.entries.remove(at);
    }

    fn split_off(&mut self, at: usize) -> Self {
        Self { marks: self.marks.split_off(at), entries: self.entries.split_off(at) }
    }

    fn joined(&self, next: &Self) -> Self {
        Self {
            marks: [&self.marks[..], &next.marks].concat(),
            entries: [&self.entries[..], &next.entries].concat(),
        }
    }

    /// Drops a leaf that is empty, and joins a small one with the next.
    fn tidy(&mut self, at: usize) {
        let len = self.entries[at].len();
        if len == 0 {
            self.remove(at);
        } else if let Some(next) = self.entries.get(at + 1)
            && len < LEAF / 4
            && len + next.len() <= LEAF / 2
        {
            self.entries[at] = [&self.entries[at][..], &next[..]].concat().into();
            self.remove(at + 1);
        }
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
    pub(crate) fn from_sorted(entries: &[u32], mark: impl Fn(u32) -> Mark) -> Self {
        let leaves: Vec<&[u32]> = entries.chunks(LEAF_AT_FIRST).collect();
        let branch = |leaves: &[&[u32]]| {
            Branch::of(Leaves {
                marks: leaves.iter().map(|leaf| mark(leaf[0])).collect(),
                entries: leaves.iter().map(|leaf| Arc::from(*leaf)).collect(),
            })
        };
        Self { branches: leaves.chunks(BRANCH_AT_FIRST).map(branch).collect(), len: entries.len() }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many entries precede what is sought.
    pub(crate) fn rank(&self, sought: &Sought<impl Fn(u32) -> bool>) -> usize {
        let spot = self.spot(sought);
        let branches: usize = self.branches[..spot.branch].iter().map(|branch| branch.len).sum();
        let leaves = self.branches.get(spot.branch).map_or(0, |branch| {
            branch.leaves.entries[..spot.leaf].iter().map(|leaf| leaf.len()).sum::<usize>()
        });
        branches + leaves + spot.at
    }

    /// The first entry that doesn't precede what is sought.
    pub(crate) fn first_from(&self, sought: &Sought<impl Fn(u32) -> bool>) -> Option<u32> {
        let spot = self.forwards(self.spot(sought));
        self.branches.get(spot.branch).map(|branch| branch.leaves.entries[spot.leaf][spot.at])
    }

    /// The entry at a rank.
    pub(crate) fn get(&self, rank: usize) -> Option<u32> {
        let spot = self.locate(rank);
        self.branches.get(spot.branch)?.leaves.entries.get(spot.leaf)?.get(spot.at).copied()
    }

    /// The entries between two ranks, in stretches, which can be read from the front and from the back.
    pub(crate) fn stretches(&self, ranks: Range<usize>) -> impl DoubleEndedIterator<Item = &[u32]> {
        let (start, end) = (self.locate(ranks.start), self.locate(ranks.end.max(ranks.start)));
        let branches = self.branches.iter().enumerate();
        let touched = start.branch..(end.branch + 1).min(branches.len());
        touched.flat_map(move |branch| {
            let leaves = &self.branches[branch].leaves.entries;
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

    /// Puts an entry behind all that precede what is sought, which is the entry itself. `mark` tells the mark of any
    /// entry.
    pub(crate) fn insert(
        &mut self,
        entry: u32,
        sought: &Sought<impl Fn(u32) -> bool>,
        mark: impl Fn(u32) -> Mark,
    ) {
        self.len += 1;
        if self.branches.is_empty() {
            let leaf = Leaves { marks: vec![sought.mark], entries: vec![[entry].into()] };
            self.branches.push(Branch::of(leaf));
            return;
        }
        let spot = self.spot(sought);
        let branch = &mut self.branches[spot.branch];
        branch.len += 1;
        let leaves = Arc::make_mut(&mut branch.leaves);
        if spot.at == 0 {
            leaves.marks[spot.leaf] = sought.mark;
            branch.mark = leaves.marks[0];
        }
        let leaf = &leaves.entries[spot.leaf];
        if leaf.len() < LEAF {
            leaves.entries[spot.leaf] = with(leaf, spot.at, entry).collect();
            return;
        }
        let grown: Vec<u32> = with(leaf, spot.at, entry).collect();
        // One that grows at its end is probably filled in order: then full leaves are left behind.
        let cut = if spot.at == LEAF { LEAF - LEAF / 8 } else { grown.len() / 2 };
        leaves.entries[spot.leaf] = grown[..cut].into();
        leaves.insert(spot.leaf + 1, mark(grown[cut]), grown[cut..].into());
        if leaves.len() > BRANCH {
            let split = leaves.split_off(leaves.len() / 2);
            *branch = Branch::of(std::mem::take(leaves));
            self.branches.insert(spot.branch + 1, Branch::of(split));
        }
    }

    /// Takes an entry out that stands right behind all that precede what is sought. Says whether it was there.
    pub(crate) fn remove(&mut self, entry: u32, sought: &Sought<impl Fn(u32) -> bool>) -> bool {
        let spot = self.forwards(self.spot(sought));
        let Some(branch) = self.branches.get_mut(spot.branch) else { return false };
        if branch.leaves.entries[spot.leaf][spot.at] != entry {
            return false;
        }
        self.len -= 1;
        branch.len -= 1;
        let leaves = Arc::make_mut(&mut branch.leaves);
        let leaf = &leaves.entries[spot.leaf];
        leaves.entries[spot.leaf] = [&leaf[..spot.at], &leaf[spot.at + 1..]].concat().into();
        leaves.tidy(spot.leaf);
        self.tidy_branch(spot.branch);
        true
    }

    /// Drops a branch that is empty, and joins a small one with the next.
    fn tidy_branch(&mut self, at: usize) {
        let Branch { mark, leaves, .. } = &mut self.branches[at];
        if leaves.len() == 0 {
            self.branches.remove(at);
            return;
        }
        *mark = leaves.marks[0];
        let Some(next) = self.branches.get(at + 1) else { return };
        let leaves = &self.branches[at].leaves;
        if leaves.len() < BRANCH / 4 && leaves.len() + next.leaves.len() <= BRANCH / 2 {
            self.branches[at] = Branch::of(leaves.joined(&next.leaves));
            self.branches.remove(at + 1);
        }
    }

    /// Behind all that precede; in the leaf of the last of these, where there is one.
    fn spot(&self, sought: &Sought<impl Fn(u32) -> bool>) -> Spot {
        let first_of = |branch: usize| self.branches[branch].leaves.first_of(0);
        let branch = sought.last_before(self.branches.len(), |at| self.branches[at].mark, first_of);
        let Some(found) = self.branches.get(branch) else { return Spot { branch, leaf: 0, at: 0 } };
        let leaves = &*found.leaves;
        let leaf = sought.last_before(leaves.len(), |at| leaves.marks[at], |at| leaves.first_of(at));
        let at = sought.rank_in(&leaves.entries[leaf]);
        Spot { branch, leaf, at }
    }

    /// Where the entry at a spot is: behind the last entry of a leaf is the first of the next.
    fn forwards(&self, spot: Spot) -> Spot {
        match self.branches.get(spot.branch) {
            Some(branch) if spot.at == branch.leaves.entries[spot.leaf].len() => {
                if spot.leaf + 1 < branch.leaves.len() {
                    Spot { leaf: spot.leaf + 1, at: 0, ..spot }
                } else {
                    Spot { branch: spot.branch + 1, leaf: 0, at: 0 }
                }
            }
            _ => spot,
        }
    }

    /// Where the entry of a rank is; behind the last branch where there is none.
    fn locate(&self, rank: usize) -> Spot {
        let mut left = rank;
        for (branch, found) in self.branches.iter().enumerate() {
            if left >= found.len {
                left -= found.len;
                continue;
            }
            for (leaf, entries) in found.leaves.entries.iter().enumerate() {
                if left < entries.len() {
                    return Spot { branch, leaf, at: left };
                }
                left -= entries.len();
            }
        }
        Spot { branch: self.branches.len(), leaf: 0, at: 0 }
    }
}

/// The entries of a leaf, and one more at a place among them.
fn with(leaf: &[u32], at: usize, entry: u32) -> impl Iterator<Item = u32> {
    leaf[..at].iter().copied().chain([entry]).chain(leaf[at..].iter().copied())
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
            alike in prop::sample::select(vec![1, 50, 5_000, u32::MAX]),
        ) {
            // So many entries have the same mark.
            let mark = |entry| Mark::from(entry / alike);

            let mut plain: Vec<u32> = (0..start).map(|number| number * 2).collect();
            let mut order = Order::from_sorted(&plain, mark);
            for (put, from, count, step) in runs {
                let before = (order.clone(), plain.clone());
                for entry in (from..from + count).step_by(step) {
                    let found = plain.binary_search(&entry);
                    let sought = Sought { mark: mark(entry), precedes: |other| other < entry };
                    let next = found.unwrap_or_else(|at| at);
                    prop_assert_eq!(order.first_from(&sought), plain.get(next).copied());
                    match (put, found) {
                        (true, Err(at)) => {
                            order.insert(entry, &sought, mark);
                            plain.insert(at, entry);
                        }
                        (false, found) => {
                            prop_assert_eq!(order.remove(entry, &sought), found.is_ok());
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
                // The last of those that are marked alike.
                let behind = |entry| entry / alike <= from / alike;
                let sought = Sought { mark: mark(from), precedes: behind };
                prop_assert_eq!(order.rank(&sought), plain.partition_point(|entry| behind(*entry)));
                let sought = Sought { mark: mark(from), precedes: |entry| entry < from };
                prop_assert_eq!(order.rank(&sought), plain.partition_point(|entry| *entry < from));
                prop_assert_eq!(order.get(a), plain.get(a).copied());
            }
        }
    }
}
