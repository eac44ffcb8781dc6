//! The part of a set in which other sets are counted.

use super::part::{Part, WORDS};

/// A part, and how slots of others are best looked for in it.
pub(super) enum Base<'p> {
    /// Of all slots that there are it lacks none, or these few.
    Nearly {
        whole: usize,
        part: &'p Part,
        lacking: Option<Part>,
    },
    Words {
        whole: usize,
        part: &'p Part,
        words: &'p [u64],
    },
}

/// Looking for a slot takes about as long as counting so many words.
const WORDS_A_SLOT: usize = 4;

impl<'p> Base<'p> {
    /// `whole` has all slots that there are. What has to be written down is written to `room`.
    pub(super) fn new(part: &'p Part, whole: &Part, room: &'p mut [u64; WORDS]) -> Self {
        let lacking = whole.len() - part.len();
        let (len, words) = (whole.len(), part.words(room));
        if lacking * WORDS_A_SLOT < words.len() {
            let lacking = if lacking > 0 { whole.and_not(part) } else { None };
            return Self::Nearly { whole: len, part, lacking };
        }
        Self::Words { whole: len, part, words }
    }

    /// How many slots another part has in common with it.
    pub(super) fn count(&self, other: &Part) -> usize {
        match self {
            Self::Nearly { whole, part, .. } | Self::Words { whole, part, .. } if other.len() == *whole => {
                part.len()
            }
            Self::Nearly { lacking, .. } => {
                let mut without = other.len();
                if let Some(lacking) = lacking {
                    lacking.for_each(|low| without -= usize::from(other.contains(low)));
                }
                without
            }
            Self::Words { part, words, .. } => other.count_in(part, words),
        }
    }
}
