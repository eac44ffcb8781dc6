//! The part of a set that lies within 65,536 slots.

use std::sync::Arc;

use pulp::Arch;

/// How many words of 64 bits a part has.
pub(super) const WORDS: usize = 1024;
/// The most slots that are listed one by one: from here on a bit for each is smaller.
const MOST_LISTED: usize = 4096;
/// Below this, one that lost slots is listed again; less than the above, so that it doesn't go to and fro.
const FEW_AGAIN: usize = 3072;

/// Never empty.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Sorted.
    Listed(Arc<Vec<u16>>),
    Flagged(Arc<Flags>),
}

#[derive(Clone, Debug)]
pub(super) struct Flags {
    len: usize,
    words: Box<[u64; WORDS]>,
}

impl Part {
    pub(super) fn of_one(low: u16) -> Self {
        Self::Listed(Arc::new(vec![low]))
    }

    /// Of slots in ascending order.
    fn of_list(list: Vec<u16>) -> Option<Self> {
        (!list.is_empty()).then(|| Self::Listed(Arc::new(list)))
    }

    pub(super) fn of_words(words: &[u64; WORDS]) -> Option<Self> {
        Self::of_len(words, ones_of_both(words, words))
    }

    /// The same, where it is known how many bits are set.
    fn of_len(words: &[u64; WORDS], len: usize) -> Option<Self> {
        if len > MOST_LISTED {
            return Some(Self::Flagged(Arc::new(Flags { len, words: Box::new(*words) })));
        }
        let mut list = Vec::with_capacity(len);
        each_bit(words, |low| list.push(low));
        Self::of_list(list)
    }

    /// What a bit by bit operation makes of the words of two parts.
    fn combine(one: &Flags, two: &Flags, operation: impl Fn(u64, u64) -> u64) -> Option<Self> {
        let mut words = [0; WORDS];
        let len = Arch::new().dispatch(|| {
            let mut len = 0;
            for (to, (one, two)) in words.iter_mut().zip(one.words.iter().zip(two.words.iter())) {
                *to = operation(*one, *two);
                len += to.count_ones() as usize;
            }
            len
        });
        Self::of_len(&words, len)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Listed(list) => list.len(),
            Self::Flagged(flags) => flags.len,
        }
    }

    pub(super) fn contains(&self, low: u16) -> bool {
        match self {
            Self::Listed(list) => list.binary_search(&low).is_ok(),
            Self::Flagged(flags) => flag(&flags.words, low),
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
                if list.len() > MOST_LISTED {
                    *self = Self::Flagged(Arc::new(Flags { len: list.len(), words: to_words(list) }));
                }
                true
            }
            Self::Flagged(flags) => {
                if flag(&flags.words, low) {
                    return false;
                }
                let flags = Arc::make_mut(flags);
                flags.words[usize::from(low / 64)] |= 1 << (low % 64);
                flags.len += 1;
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
                if flags.len < FEW_AGAIN {
                    let mut list = Vec::with_capacity(flags.len);
                    each_bit(&flags.words, |low| list.push(low));
                    *self = Self::Listed(Arc::new(list));
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
                let (first, word) = (0..=u16::MAX)
                    .step_by(64)
                    .zip(flags.words.iter())
                    .find(|(_, word)| **word != u64::MAX)?;
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

    /// The slots, 64 at once: those beside each other as the bits of a word, with the number of the first.
    pub(super) fn each_word(&self, mut act: impl FnMut(u16, u64)) {
        match self {
            Self::Listed(list) => {
                for group in list.chunk_by(|one, two| one / 64 == two / 64) {
                    let word = group.iter().fold(0, |word, low| word | 1 << (low % 64));
                    act(group[0] / 64 * 64, word);
                }
            }
            Self::Flagged(flags) => {
                let words = (0..=u16::MAX).step_by(64).zip(flags.words.iter());
                words.filter(|(_, word)| **word != 0).for_each(|(first, word)| act(first, *word));
            }
        }
    }

    pub(super) fn add_to(&self, words: &mut [u64]) {
        match self {
            Self::Listed(list) => {
                for low in list.iter() {
                    words[usize::from(low / 64)] |= 1 << (low % 64);
                }
            }
            Self::Flagged(flags) => {
                words.iter_mut().zip(flags.words.iter()).for_each(|(word, other)| *word |= other);
            }
        }
    }

    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Flagged(one), Self::Flagged(two)) if Arc::ptr_eq(one, two) => Some(self.clone()),
            (Self::Flagged(one), Self::Flagged(two)) => Self::combine(one, two, |one, two| one & two),
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

    /// About how long [`Part::count_in`] takes, in nanoseconds.
    pub(super) fn counting_ns(&self) -> usize {
        match self {
            Self::Listed(list) => list.len() / 2,
            Self::Flagged(_) => WORDS / 4,
        }
    }

    /// How many slots have their bit set; only in the first so many words there can be one.
    pub(super) fn count_in(&self, words: &[u64; WORDS], used: usize) -> usize {
        match self {
            Self::Listed(list) => list.iter().map(|low| usize::from(flag(words, *low))).sum(),
            Self::Flagged(flags) => ones_of_both(&flags.words[..used], &words[..used]),
        }
    }

    pub(super) fn and_not(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Flagged(one), Self::Flagged(two)) => Self::combine(one, two, |one, two| one & !two),
            (Self::Flagged(flags), Self::Listed(list)) => {
                let mut words = *flags.words;
                for low in list.iter() {
                    words[usize::from(low / 64)] &= !(1 << (low % 64));
                }
                Self::of_words(&words)
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
            _ if parts.iter().map(|part| part.len()).sum::<usize>() <= MOST_LISTED / 8 => {
                let mut list = Vec::new();
                for part in parts {
                    part.for_each(|low| list.push(low));
                }
                list.sort_unstable();
                list.dedup();
                Self::of_list(list)
            }
            _ => {
                let mut words = Box::new([0; WORDS]);
                for part in parts {
                    part.add_to(&mut words[..]);
                }
                Self::of_words(&words)
            }
        }
    }

    /// Gives back memory that was taken in advance.
    pub(super) fn shrink(&mut self) {
        if let Self::Listed(list) = self
            && let Some(list) = Arc::get_mut(list)
        {
            list.shrink_to_fit();
        }
    }
}

fn flag(words: &[u64; WORDS], low: u16) -> bool {
    words[usize::from(low / 64)] >> (low % 64) & 1 == 1
}

fn to_words(list: &[u16]) -> Box<[u64; WORDS]> {
    let mut words = Box::new([0; WORDS]);
    for low in list {
        words[usize::from(low / 64)] |= 1 << (low % 64);
    }
    words
}

/// Of the number of a bit in a word, which is small.
fn low_half(bit: u32) -> u16 {
    (bit & 0xffff) as u16
}

/// How many bits are set in both.
fn ones_of_both(one: &[u64], two: &[u64]) -> usize {
    Arch::new().dispatch(|| one.iter().zip(two).map(|(one, two)| (one & two).count_ones() as usize).sum())
}

fn each_bit(words: &[u64; WORDS], mut act: impl FnMut(u16)) {
    for (first, word) in (0..=u16::MAX).step_by(64).zip(words.iter()) {
        let mut left = *word;
        while left != 0 {
            act(first + low_half(left.trailing_zeros()));
            left &= left - 1;
        }
    }
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
