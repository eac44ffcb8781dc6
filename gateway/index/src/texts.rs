//! One text for each slot, packed: at a million cards, what an allocation for each would cost is more than
//! the texts themselves.

use std::sync::Arc;

use crate::column::Column;

/// How many texts are packed together, and copied when one of them changes.
const PACK: u32 = 64;

/// A text for each slot; those that were never set are empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    packs: Column<Option<Arc<Pack>>, 64>,
}

#[derive(Debug)]
struct Pack {
    /// Where each text ends in `joined`.
    ends: [u32; PACK as usize],
    joined: Box<str>,
}

impl Pack {
    fn get(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        self.joined.get(start..self.ends[place] as usize).unwrap_or_default()
    }
}

impl Texts {
    pub(crate) fn get(&self, slot: u32) -> &str {
        let (pack, place) = (slot / PACK, (slot % PACK) as usize);
        if pack as usize >= self.packs.len() {
            return "";
        }
        self.packs.get(pack).as_ref().map_or("", |pack| pack.get(place))
    }

    /// The texts of these slots.
    pub(crate) fn reordered(&self, slots: &[u32]) -> Self {
        let pack = |slots: &[u32]| {
            let (mut ends, mut joined) = ([0; PACK as usize], String::new());
            for (place, end) in ends.iter_mut().enumerate() {
                joined.extend(slots.get(place).map(|slot| self.get(*slot)));
                *end = u32::try_from(joined.len()).unwrap_or_default();
            }
            Some(Arc::new(Pack { ends, joined: joined.into() }))
        };
        Self { packs: slots.chunks(PACK as usize).map(pack).collect() }
    }

    pub(crate) fn set(&mut self, slot: u32, text: &str) {
        let (pack, place) = (slot / PACK, (slot % PACK) as usize);
        while self.packs.len() <= pack as usize {
            self.packs.grow();
        }
        let pack = self.packs.get_mut(pack);
        let (joined, mut ends) =
            pack.as_ref().map_or(("", [0; PACK as usize]), |pack| (&*pack.joined, pack.ends));
        let start = if place == 0 { 0 } else { ends[place - 1] };
        let (before, after) = (&joined[..start as usize], &joined[ends[place] as usize..]);
        let (old_end, end) = (ends[place], start + u32::try_from(text.len()).unwrap_or_default());
        for later in &mut ends[place..] {
            *later = *later - old_end + end;
        }
        let joined = [before, text, after].concat().into();
        *pack = Some(Arc::new(Pack { ends, joined }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_can_be_set_and_set_again_without_a_change_to_others() {
        let mut texts = Texts::default();
        for slot in [0, 1, 63, 64, 65, 5000] {
            texts.set(slot, &format!("text {slot}"));
        }
        let copy = texts.clone();
        texts.set(63, "a longer text by far");
        texts.set(0, "");
        for (slot, before, after) in [
            (0, "text 0", ""),
            (1, "text 1", "text 1"),
            (2, "", ""),
            (63, "text 63", "a longer text by far"),
            (64, "text 64", "text 64"),
            (5000, "text 5000", "text 5000"),
            (9_999_999, "", ""),
        ] {
            assert_eq!((copy.get(slot), texts.get(slot)), (before, after), "{slot}");
        }
        let mut others = texts.reordered(&[5000, 63, 2, 1]);
        others.set(3, "another");
        others.set(4, "one more");
        let found = [0, 1, 2, 3, 4, 5].map(|slot| others.get(slot));
        assert_eq!(found, ["text 5000", "a longer text by far", "", "another", "one more", ""]);
    }
}
