//! The blocks that a part is made of, as far as they are looked at one by one.

use super::{
    part::{Part, WORDS},
    words::{flag, ones_of_both},
};

/// How many slots a block has, as a power of two.
pub(super) const BLOCK_BITS: u32 = 12;
/// How many words a block has.
const BLOCK: usize = 1 << (BLOCK_BITS - u64::BITS.ilog2());
/// How many blocks a part has.
pub(super) const BLOCKS: usize = WORDS / BLOCK;

/// The blocks whose bits are set.
pub(super) fn blocks(bits: u16) -> impl Iterator<Item = usize> {
    (0..BLOCKS).filter(move |block| bits >> block & 1 == 1)
}

/// The words of a block, as far as there are any.
fn block_of(words: &[u64], block: usize) -> &[u64] {
    let start = (block * BLOCK).min(words.len());
    &words[start..(start + BLOCK).min(words.len())]
}

/// Which block a slot is in.
fn block(low: u16) -> usize {
    usize::from(low >> BLOCK_BITS)
}

/// Of how many slots a block has, or of a slot's lower half.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

impl Part {
    /// How many slots there are in each block.
    pub(super) fn block_lens(&self) -> [u16; BLOCKS] {
        let mut lens = [0; BLOCKS];
        match self {
            Self::Listed(list) => list.iter().for_each(|low| lens[block(*low)] += 1),
            Self::Flagged(flags) => lens.iter_mut().enumerate().for_each(|(block, len)| {
                let words = block_of(flags.words(), block);
                *len = small(ones_of_both(words, words));
            }),
        }
        lens
    }

    /// How many slots of each block are flagged in words.
    pub(super) fn count_blocks(&self, words: &[u64]) -> [u16; BLOCKS] {
        let mut counts = [0; BLOCKS];
        match self {
            Self::Listed(list) => {
                list.iter().for_each(|low| counts[block(*low)] += u16::from(flag(words, *low)));
            }
            Self::Flagged(flags) => counts.iter_mut().enumerate().for_each(|(block, count)| {
                *count = small(ones_of_both(block_of(flags.words(), block), block_of(words, block)));
            }),
        }
        counts
    }
}

/// The slots whose bits are set in the words of some blocks.
pub(super) fn each_slot(blocks: u16, word: impl Fn(usize) -> u64, mut act: impl FnMut(u16)) {
    for block in self::blocks(blocks) {
        for number in block * BLOCK..(block + 1) * BLOCK {
            let mut left = word(number);
            while left != 0 {
                act(small(64 * number + left.trailing_zeros() as usize));
                left &= left - 1;
            }
        }
    }
}

/// What a part has in some blocks.
#[derive(Default)]
pub(super) struct Rest {
    pub(super) blocks: u16,
    part: Option<Part>,
    /// Of all of the part.
    words: Vec<u64>,
}

impl Rest {
    /// `blocks` are those in which slots are counted; the words of all can be asked for.
    pub(super) fn of(part: &Part, blocks: u16) -> Self {
        Self { blocks, part: Some(part.clone()), words: part.to_words() }
    }

    pub(super) fn word(&self, number: usize) -> u64 {
        self.words.get(number).copied().unwrap_or_default()
    }

    /// How many slots of its blocks another part has.
    pub(super) fn count_in(&self, other: &Part) -> usize {
        match (other, &self.part) {
            (_, Some(part)) if self.blocks == u16::MAX => other.count_in(part, &self.words),
            (Part::Flagged(flags), _) => blocks(self.blocks)
                .map(|block| ones_of_both(block_of(flags.words(), block), block_of(&self.words, block)))
                .sum(),
            (Part::Listed(list), _) => blocks(self.blocks)
                .map(|block| {
                    let rank = |block: usize| list.partition_point(|low| self::block(*low) < block);
                    let of_block = &list[rank(block)..rank(block + 1)];
                    of_block.iter().filter(|low| flag(&self.words, **low)).count()
                })
                .sum(),
        }
    }
}
