//! What a written card leaves open. When its offers were last seen, and whether they may be stale, changes with each crawl
//! of a shop, and not with the card. So a card is kept without them, and they are filled in where it stands in an answer.
//!
//! Kept are the JSON without what is left open, for each gap where it is and what belongs there, and the number of gaps.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::straight::Out;

/// What belongs in a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// When this shop was last seen to offer what it still did at this time.
    SeenAt { shop: i16, observed_at: DateTime<Utc> },
    /// Whether this shop's offers may be stale.
    Stale { shop: i16 },
}

/// Where something stands in JSON that is to be left open where that is kept.
#[derive(Clone, Debug)]
pub(super) struct Gap {
    pub(super) at: Range<usize>,
    pub(super) open: Open,
}

/// What is kept of a gap: how much of the JSON is before it, the shop, and a time in microseconds or [`NO_TIME`].
const GAP_BYTES: usize = size_of::<u32>() + size_of::<i16>() + size_of::<i64>();
/// The number of gaps.
const COUNT_BYTES: usize = size_of::<u16>();
const NO_TIME: i64 = i64::MIN;
/// The longest that what belongs in a gap can be in JSON: a time.
const LONGEST: usize = "\"+262142-12-31T23:59:59.999999999+00:00\"".len();

/// A card as it is kept; `None`: it is too long for that. `gaps` are in order, counted from where `json` begins in what was
/// written, at `begin`.
pub(super) fn keep(json: &[u8], begin: usize, gaps: &[Gap]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(json.len() + COUNT_BYTES);
    let (mut table, mut behind) = (Vec::with_capacity(gaps.len() * GAP_BYTES), 0);
    for Gap { at, open } in gaps {
        kept.extend_from_slice(json.get(behind..at.start.checked_sub(begin)?)?);
        behind = at.end.checked_sub(begin)?;
        let (shop, micros) = match open {
            Open::SeenAt { shop, observed_at } => (shop, observed_at.timestamp_micros()),
            Open::Stale { shop } => (shop, NO_TIME),
        };
        table.extend_from_slice(&u32::try_from(kept.len()).ok()?.to_le_bytes());
        table.extend_from_slice(&shop.to_le_bytes());
        table.extend_from_slice(&micros.to_le_bytes());
    }
    kept.extend_from_slice(json.get(behind..)?);
    kept.extend_from_slice(&table);
    kept.extend_from_slice(&u16::try_from(gaps.len()).ok()?.to_le_bytes());
    Some(kept)
}

/// A card that was kept, taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened<'k> {
    /// As it is kept.
    pub(super) kept: &'k [u8],
    json: &'k [u8],
    table: &'k [[u8; GAP_BYTES]],
}

impl<'k> Opened<'k> {
    /// `None`: this wasn't kept.
    pub(super) fn of(kept: &'k [u8]) -> Option<Self> {
        let (rest, count) = kept.split_last_chunk::<COUNT_BYTES>()?;
        let of_table = usize::from(u16::from_le_bytes(*count)) * GAP_BYTES;
        let (json, table) = rest.split_at_checked(rest.len().checked_sub(of_table)?)?;
        Some(Self { kept, json, table: table.as_chunks().0 })
    }

    /// All of it; `None`: it has gaps.
    pub(super) fn without_gaps(&self) -> Option<&'k [u8]> {
        self.table.is_empty().then_some(self.json)
    }

    /// The most bytes that it has once it is filled.
    pub(super) fn most_bytes(&self) -> usize {
        self.json.len() + self.table.len() * LONGEST
    }

    /// Writes it with what belongs in its gaps now; false: that isn't known.
    pub(super) fn fill(&self, out: &mut Out<'_>) -> bool {
        let mut behind = 0;
        for gap in self.table {
            let Some((before, open)) = Self::gap(gap) else { return false };
            let Some(json) = self.json.get(behind..before) else { return false };
            out.raw(json);
            if !out.write_open(open) {
                return false;
            }
            behind = before;
        }
        out.raw(&self.json[behind..]);
        true
    }

    /// How much of the JSON is before a gap, and what belongs there.
    fn gap(bytes: &[u8; GAP_BYTES]) -> Option<(usize, Open)> {
        let (before, rest) = bytes.split_first_chunk()?;
        let (shop, rest) = rest.split_first_chunk()?;
        let (micros, _) = rest.split_first_chunk()?;
        let shop = i16::from_le_bytes(*shop);
        let open = match i64::from_le_bytes(*micros) {
            NO_TIME => Open::Stale { shop },
            micros => Open::SeenAt { shop, observed_at: DateTime::from_timestamp_micros(micros)? },
        };
        Some((usize::try_from(u32::from_le_bytes(*before)).ok()?, open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_was_written_but_for_its_gaps() {
        let at = |micros| DateTime::from_timestamp_micros(micros).unwrap();
        let opens = [Open::SeenAt { shop: -3, observed_at: at(-1) }, Open::Stale { shop: i16::MAX }];
        let page = r#"[{"a":1},{"at":"now","b":true}]"#;
        let begin = page.find(r#"{"at""#).unwrap();
        let gap = |of: &str, open| {
            let start = page.find(of).unwrap();
            Gap { at: start..start + of.len(), open }
        };
        let gaps = [gap(r#""now""#, opens[0]), gap("true", opens[1])];
        let card = &page.as_bytes()[begin..page.len() - 1];
        let kept = keep(card, begin, &gaps).unwrap();
        let opened = Opened::of(&kept).unwrap();
        assert_eq!((opened.kept, opened.json), (kept.as_slice(), br#"{"at":,"b":}"#.as_slice()));
        let found: Vec<_> = opened.table.iter().map(|gap| Opened::gap(gap).unwrap()).collect();
        assert_eq!(found, [(6, opens[0]), (11, opens[1])]);
        assert!(opened.without_gaps().is_none() && opened.most_bytes() > card.len());
        let whole = keep(card, begin, &[]).unwrap();
        assert_eq!(Opened::of(&whole).unwrap().without_gaps(), Some(card));
        // Gaps of another card.
        assert!(keep(card, begin + 20, &gaps).is_none() && keep(&card[..3], begin, &gaps).is_none());
        for cut in 0..COUNT_BYTES + GAP_BYTES {
            assert!(Opened::of(&kept[kept.len() - cut..]).is_none(), "{cut}");
        }
    }
}
