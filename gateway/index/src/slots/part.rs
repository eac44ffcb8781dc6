//! The part of a set that lies within 65,536 slots.

use std::sync::Arc;

use super::words::{
    each_bit, flag, flag_all, low_half, ones_of_both, rewrite, to_list, unflag_all, until_last,
};

/// How many words of 64 bits a part has at the most.
pub(super) const WORDS: usize = 1024;
/// The most slots that are listed one by one, for each word up to the last slot's: beyond, a bit for each is smaller.
const MOST_LISTED: usize = 4;
/// With fewer for each word, one that has flags is listed again; less than the above, so that it doesn't go to and fro.
const FEW_AGAIN: usize = 3;
/// The most slots of small parts that are united in a list.
const FEW_TO_UNITE: usize = 512;

/// Never empty.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Sorted.
    Listed(Arc<Vec<u16>>),
    Flagged(Arc<Flags>),
}

/// One bit for each slot.
#[derive(Clone, Debug)]
pub(super) struct Flags {
    len: usize,
    /// Up to the last slot's, or some more: a catalogue of some thousand cards takes a small piece of a part.
    words: Vec<u64>,
}

impl Flags {
    /// Sets a flag that is not set.
    fn set(&mut self, low: u16) {
        let word = usize::from(low / 64);
        if word >= self.words.len() {
            if word >= self.words.capacity() {
                let room = (2 * self.words.len()).clamp(word + 1, WORDS);
                self.words.reserve_exact(room - self.words.len());
            }
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (low % 64);
        self.len += 1;
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    fn to_list(&self) -> Vec<u16> {
        to_list(&self.words, self.len)
    }
}

impl Part {
    pub(super) fn of_one(low: u16) -> Self {
        Self::Listed(Arc::new(vec![low]))
    }

    /// Of slots in ascending order.
    fn of_list(list: Vec<u16>) -> Option<Self> {
        (!list.is_empty()).then(|| Self::Listed(Arc::new(list)))
    }

    /// Of no more than [`WORDS`].
    pub(super) fn of_words(words: &[u64]) -> Option<Self> {
        let (words, len) = (until_last(words), ones_of_both(words, words));
        if is_listed(len, words.len()) {
            return Self::of_list(to_list(words, len));
        }
        Some(Self::Flagged(Arc::new(Flags { len, words: words.to_vec() })))
    }

    /// The same, without copying words that are many.
    pub(super) fn of_own_words(mut words: Vec<u64>) -> Option<Self> {
        let (used, len) = (until_last(&words).len(), ones_of_both(&words, &words));
        if is_listed(len, used) {
            return Self::of_list(to_list(&words[..used], len));
        }
        words.truncate(used);
        Some(Self::Flagged(Arc::new(Flags { len, words })))
    }

    /// What a bit by bit operation makes of words and others, where there are others.
    fn combine(mut words: Vec<u64>, others: &[u64], operation: impl Fn(u64, u64) -> u64) -> Option<Self> {
        rewrite(&mut words, others, operation);
        Self::of_own_words(words)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Listed(list) => list.len(),
            Self::Flagged(flags) => flags.len,
        }
    }

    /// Whether it has all slots that there can be.
    fn is_whole(&self) -> bool {
        self.len() == 64 * WORDS
    }

    pub(super) fn contains(&self, low: u16) -> bool {
        match self {
            Self::Listed(list) => list.binary_search(&low).is_ok(),
            Self::Flagged(flags) => flag(&flags.words, low),
        }
    }

    /// The slots of a word.
    pub(super) fn word(&self, number: u16) -> u64 {
        match self {
            Self::Listed(list) => {
                let from = list.partition_point(|low| low / 64 < number);
                let of_word = list[from..].iter().take_while(|low| **low / 64 == number);
                of_word.fold(0, |word, low| word | 1 << (low % 64))
            }
            Self::Flagged(flags) => flags.words.get(usize::from(number)).copied().unwrap_or_default(),
        }
    }

    /// Says whether it was new.
    pub(super) fn insert(&mut self, low: u16) -> bool {
        match self {
            Self::Listed(list) => {
                // What is filled at once is filled in order.
                let is_last = list.last().is_none_or(|last| *last < low);
                let at = if is_last { Err(list.len()) } else { list.binary_search(&low) };
                let Err(at) = at else { return false };
                Arc::make_mut(list).insert(at, low);
                let words = list.last().map_or(0, |last| usize::from(last / 64) + 1);
                if !is_listed(list.len(), words) {
                    let mut flags = vec![0; words];
                    flag_all(list, &mut flags);
                    *self = Self::Flagged(Arc::new(Flags { len: list.len(), words: flags }));
                }
                true
            }
            Self::Flagged(flags) => {
                if flag(&flags.words, low) {
                    return false;
                }
                if flags.len + 1 < FEW_AGAIN * (usize::from(low / 64) + 1)
                    && usize::from(low / 64) >= flags.words.len()
                {
                    // Far behind the others.
                    let mut list = flags.to_list();
                    list.push(low);
                    *self = Self::Listed(Arc::new(list));
                } else {
                    Arc::make_mut(flags).set(low);
                }
                true
            }
        }
    }

    /// Says whether it was there; the part may be empty afterwards, and must be dropped then.
    pub(super) fn remove(&mut self, low: u16) -> bool {
        match self {
            Self::Listed(list) => {
                let Ok(at) = list.binary_search(&low) else { return false };
                Arc::make_mut(list).remove(at);
            }
            Self::Flagged(flags) => {
                if !flag(&flags.words, low) {
                    return false;
                }
                let flags = Arc::make_mut(flags);
                flags.words[usize::from(low / 64)] &= !(1 << (low % 64));
                flags.len -= 1;
                if flags.len < FEW_AGAIN * flags.words.len() {
                    *self = Self::Listed(Arc::new(flags.to_list()));
                }
            }
        }
        true
    }

    /// The smallest number that is not in the part.
    pub(super) fn first_gap(&self) -> Option<u16> {
        match self {
            Self::Listed(list) => (0..)
                .zip(list.iter())
                .find(|(at, low)| at != *low)
                .map_or_else(|| u16::try_from(list.len()).ok(), |(at, _)| Some(at)),
            Self::Flagged(flags) => {
                let firsts = (0..=u16::MAX).step_by(64);
                // Behind the last word there is nothing.
                let words = flags.words.iter().chain([&0]);
                let (first, word) = firsts.zip(words).find(|(_, word)| **word != u64::MAX)?;
                Some(first + low_half(word.trailing_ones()))
            }
        }
    }

    pub(super) fn for_each(&self, mut act: impl FnMut(u16)) {
        match self {
            Self::Listed(list) => list.iter().for_each(|low| act(*low)),
            Self::Flagged(flags) => each_bit(&flags.words, act),
        }
    }

    pub(super) fn add_to(&self, words: &mut [u64]) {
        match self {
            Self::Listed(list) => flag_all(list, words),
            Self::Flagged(flags) => {
                words.iter_mut().zip(flags.words.iter()).for_each(|(word, other)| *word |= other);
            }
        }
    }

    /// Whether they share their memory, so that they have the same slots.
    pub(super) fn is_shared_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Listed(one), Self::Listed(two)) => Arc::ptr_eq(one, two),
            (Self::Flagged(one), Self::Flagged(two)) => Arc::ptr_eq(one, two),
            _ => false,
        }
    }

    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            _ if self.is_shared_with(other) || other.is_whole() => Some(self.clone()),
            _ if self.is_whole() => Some(other.clone()),
            (Self::Flagged(one), Self::Flagged(two)) => {
                let used = one.words.len().min(two.words.len());
                Self::combine(one.words[..used].to_vec(), &two.words, |one, two| one & two)
            }
            (Self::Listed(list), Self::Flagged(flags)) | (Self::Flagged(flags), Self::Listed(list)) => {
                Self::of_list(list.iter().copied().filter(|low| flag(&flags.words, *low)).collect())
            }
            (Self::Listed(one), Self::Listed(two)) => {
                let mut both = Vec::with_capacity(one.len().min(two.len()));
                each_common(one, two, |low| both.push(low));
                Self::of_list(both)
            }
        }
    }

    /// About how long it takes to count how many slots it has of a part that is flagged, in nanoseconds.
    pub(super) fn counting_ns(&self) -> usize {
        match self {
            Self::Listed(list) => list.len() / 2,
            Self::Flagged(flags) => flags.words.len() / 4,
        }
    }

    pub(super) fn to_words(&self) -> Vec<u64> {
        self.words(&mut [0; WORDS]).to_vec()
    }

    /// How many words it takes up to its last slot, or some more.
    pub(super) fn most_words(&self) -> usize {
        match self {
            Self::Listed(list) => list.last().map_or(0, |last| usize::from(last / 64) + 1),
            Self::Flagged(flags) => flags.words.len(),
        }
    }

    /// The slots as words, which are written to `room` where they aren't there.
    pub(super) fn words<'p>(&'p self, room: &'p mut [u64; WORDS]) -> &'p [u64] {
        match self {
            Self::Listed(list) => {
                let words = &mut room[..self.most_words()];
                words.fill(0);
                flag_all(list, words);
                words
            }
            Self::Flagged(flags) => &flags.words,
        }
    }

    /// How many slots it has in common with another part, whose words are given too.
    pub(super) fn count_in(&self, other: &Self, words: &[u64]) -> usize {
        match (self, other) {
            (Self::Flagged(flags), Self::Listed(list)) if list.len() < flags.words.len() / 2 => {
                list.iter().filter(|low| flag(&flags.words, **low)).count()
            }
            (Self::Flagged(flags), _) => ones_of_both(&flags.words, words),
            (Self::Listed(list), _) => list.iter().map(|low| usize::from(flag(words, *low))).sum(),
        }
    }

    pub(super) fn and_not(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            _ if self.is_shared_with(other) || other.is_whole() => None,
            (Self::Flagged(one), Self::Flagged(two)) => {
                Self::combine(one.words.clone(), &two.words, |one, two| one & !two)
            }
            (Self::Flagged(flags), Self::Listed(list)) => {
                let mut words = flags.words.clone();
                unflag_all(list, &mut words);
                Self::of_own_words(words)
            }
            (Self::Listed(list), other) => {
                Self::of_list(list.iter().copied().filter(|low| !other.contains(*low)).collect())
            }
        }
    }

    /// What is in any of several.
    pub(super) fn union(parts: &[&Self]) -> Option<Self> {
        match parts {
            [] => None,
            [only] => Some((*only).clone()),
            _ if parts.iter().map(|part| part.len()).sum::<usize>() <= FEW_TO_UNITE => {
                let mut list = Vec::new();
                for part in parts {
                    part.for_each(|low| list.push(low));
                }
                list.sort_unstable();
                list.dedup();
                Self::of_list(list)
            }
            _ => {
                let mut words = vec![0; WORDS];
                for part in parts {
                    part.add_to(&mut words);
                }
                Self::of_own_words(words)
            }
        }
    }

    /// Gives back memory that was taken in advance.
    pub(super) fn shrink(&mut self) {
        match self {
            Self::Listed(list) => {
                if let Some(list) = Arc::get_mut(list) {
                    list.shrink_to_fit();
                }
            }
            Self::Flagged(flags) => {
                if let Some(flags) = Arc::get_mut(flags) {
                    flags.words.shrink_to_fit();
                }
            }
        }
    }
}

/// Whether so many slots are listed that lie within so many words.
fn is_listed(slots: usize, words: usize) -> bool {
    slots <= MOST_LISTED * words
}

fn each_common(one: &[u16], two: &[u16], mut act: impl FnMut(u16)) {
    let (few, many) = if one.len() < two.len() { (one, two) } else { (two, one) };
    if few.len() * 32 < many.len() {
        few.iter().filter(|low| many.binary_search(low).is_ok()).for_each(|low| act(*low));
        return;
    }
    let (mut a, mut b) = (0, 0);
    while let (Some(left), Some(right)) = (few.get(a), many.get(b)) {
        if left == right {
            act(*left);
        }
        a += usize::from(left <= right);
        b += usize::from(right <= left);
    }
}
