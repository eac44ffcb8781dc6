//! The part of a set in which other sets are counted.

use super::part::{Part, WORDS};

/// A part, and how slots of others are best looked for in it.
pub(super) enum Base<'p> {
    /// Of all slots that there are it lacks none, or these few.
    Nearly {
        whole: usize,
        part: &'p Part,
        lacking: Lacking,
    },
    Words {
        whole: usize,
        part: &'p Part,
        words: &'p [u64],
    },
}

/// Looking for a slot takes about as long as counting so many words.
const WORDS_A_SLOT: usize = 4;

/// The few slots that a part lacks of a larger one.
pub(super) struct Lacking(Option<Part>);

impl Lacking {
    /// How many of them another part has.
    pub(super) fn count_in(&self, other: &Part) -> usize {
        let mut count = 0;
        if let Self(Some(lacking)) = self {
            lacking.for_each(|low| count += usize::from(other.contains(low)));
        }
        count
    }
}

impl Part {
    /// What a part lacks of this one, which has all of its slots; `None`: so much that counting in it is quicker.
    pub(super) fn lacking(&self, part: &Self) -> Option<Lacking> {
        let lacking = self.len() - part.len();
        let is_little = lacking * WORDS_A_SLOT < part.most_words();
        is_little.then(|| Lacking(if lacking > 0 { self.and_not(part) } else { None }))
    }
}

impl<'p> Base<'p> {
    /// `whole` has all slots that there are. What has to be written down is written to `room`.
    pub(super) fn new(part: &'p Part, whole: &Part, room: &'p mut [u64; WORDS]) -> Self {
        match whole.lacking(part) {
            Some(lacking) => Self::Nearly { whole: whole.len(), part, lacking },
            None => Self::Words { whole: whole.len(), part, words: part.words(room) },
        }
    }

    /// How many slots another part has in common with it.
    pub(super) fn count(&self, other: &Part) -> usize {
        match self {
            Self::Nearly { whole, part, .. } | Self::Words { whole, part, .. } if other.len() == *whole => {
                part.len()
            }
            Self::Nearly { lacking, .. } => other.len() - lacking.count_in(other),
            Self::Words { part, words, .. } => other.count_in(part, words),
        }
    }
}
