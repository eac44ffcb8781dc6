//! Bits in words of 64: those of the slots of one part.

use pulp::Arch;

/// The words but for those behind the last one that has a bit set.
pub(super) fn until_last(words: &[u64]) -> &[u64] {
    &words[..words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1)]
}

pub(super) fn flag(words: &[u64], low: u16) -> bool {
    words.get(usize::from(low / 64)).copied().unwrap_or_default() >> (low % 64) & 1 == 1
}

/// The bits of words, so many.
pub(super) fn to_list(words: &[u64], len: usize) -> Vec<u16> {
    let mut list = Vec::with_capacity(len);
    each_bit(words, |low| list.push(low));
    list
}

/// There must be a word for each.
pub(super) fn flag_all(list: &[u16], words: &mut [u64]) {
    for low in list {
        words[usize::from(low / 64)] |= 1 << (low % 64);
    }
}

pub(super) fn unflag_all(list: &[u16], words: &mut [u64]) {
    for low in list {
        if let Some(word) = words.get_mut(usize::from(low / 64)) {
            *word &= !(1 << (low % 64));
        }
    }
}

/// Of the number of a bit in a word, which is small.
pub(super) fn low_half(bit: u32) -> u16 {
    (bit & 0xffff) as u16
}

/// Makes of each word what a bit by bit operation makes of it and another, where there is another.
pub(super) fn rewrite(words: &mut [u64], others: &[u64], operation: impl Fn(u64, u64) -> u64) {
    Arch::new().dispatch(|| {
        words.iter_mut().zip(others).for_each(|(word, other)| *word = operation(*word, *other));
    });
}

/// How many bits are set in both.
pub(super) fn ones_of_both(one: &[u64], two: &[u64]) -> usize {
    Arch::new().dispatch(|| one.iter().zip(two).map(|(one, two)| (one & two).count_ones() as usize).sum())
}

pub(super) fn each_bit(words: &[u64], mut act: impl FnMut(u16)) {
    for (first, word) in (0..=u16::MAX).step_by(64).zip(words.iter()) {
        let mut left = *word;
        while left != 0 {
            act(first + low_half(left.trailing_zeros()));
            left &= left - 1;
        }
    }
}

/// Slots, those of one word that follow each other at once: its number, and their bits.
pub(crate) fn each_word<'s>(stretches: impl Iterator<Item = &'s [u32]>, mut act: impl FnMut(u32, u64)) {
    let (mut number, mut bits) = (0, 0);
    for stretch in stretches {
        for slot in stretch {
            if slot / 64 != number {
                if bits != 0 {
                    act(number, bits);
                }
                (number, bits) = (slot / 64, 0);
            }
            bits |= 1 << (slot % 64);
        }
    }
    if bits != 0 {
        act(number, bits);
    }
}
