//! The order of a list of cards, and cursors: places in it.
//!
//! A place is the sort key of a card together with its id: a page begins behind a place, not behind a number
//! of cards, so that it neither repeats nor leaves out a card while others come and go.

use async_graphql::Enum;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalogue_index::{Key, Place, Sort};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The order of a list of cards. Cards that are equal in it stand in the order in which they became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum VideoCardSort {
    /// What fits a search best first; without a search the same as `PRICE_ASC`.
    Relevance,
    /// The cheapest best offer first; cards that can't be bought last.
    PriceAsc,
    /// The dearest best offer first; cards that can't be bought last.
    PriceDesc,
    /// The best offer whose price fell most, in proportion, first.
    DiscountDesc,
    /// The most memory first.
    MemoryDesc,
    /// By name, without case and punctuation.
    NameAsc,
    /// The newest release first; cards without a known one last.
    ReleasedDesc,
    /// What changed last first.
    UpdatedDesc,
}

/// A place as it stands in a cursor, with the letter of its order.
#[derive(Serialize, Deserialize)]
enum Written {
    #[serde(rename = "p")]
    PriceAsc(i64, i64),
    #[serde(rename = "P")]
    PriceDesc(i64, i64),
    #[serde(rename = "d")]
    Discount(i64, i64),
    #[serde(rename = "m")]
    Memory(i64, i64),
    #[serde(rename = "n")]
    Name(String, i64),
    #[serde(rename = "r")]
    Released(NaiveDate, i64),
    #[serde(rename = "u")]
    Updated(DateTime<Utc>, i64),
    #[serde(rename = "s")]
    Relevance(u32, i64, i64),
}

impl VideoCardSort {
    pub(crate) fn to_index(self) -> Sort {
        match self {
            Self::Relevance => Sort::Relevance,
            Self::PriceAsc => Sort::PriceAsc,
            Self::PriceDesc => Sort::PriceDesc,
            Self::DiscountDesc => Sort::DiscountDesc,
            Self::MemoryDesc => Sort::MemoryDesc,
            Self::NameAsc => Sort::NameAsc,
            Self::ReleasedDesc => Sort::ReleasedDesc,
            Self::UpdatedDesc => Sort::UpdatedDesc,
        }
    }

    /// A place as clients see it: opaque, and good for this order only.
    pub(crate) fn cursor(self, place: &Place) -> String {
        let id = place.id;
        let written = match (self, &place.key) {
            (_, Key::Relevance { score, price_minor }) => Written::Relevance(*score, *price_minor, id),
            (_, Key::Text(text)) => Written::Name(text.clone(), id),
            (_, Key::Day(day)) => Written::Released(*day, id),
            (_, Key::Time(time)) => Written::Updated(*time, id),
            (Self::PriceDesc, Key::Number(number)) => Written::PriceDesc(*number, id),
            (Self::DiscountDesc, Key::Number(number)) => Written::Discount(*number, id),
            (Self::MemoryDesc, Key::Number(number)) => Written::Memory(*number, id),
            (_, Key::Number(number)) => Written::PriceAsc(*number, id),
        };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written).unwrap_or_default())
    }

    /// Reads a cursor back; the error says what is wrong with it.
    pub(crate) fn place(self, cursor: &str) -> Result<Place, &'static str> {
        const NO_CURSOR: &str = "it was not made here";
        const LONGEST: usize = 1000;
        if cursor.len() > LONGEST {
            return Err(NO_CURSOR);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| NO_CURSOR)?;
        let written = serde_json::from_slice(&bytes).map_err(|_| NO_CURSOR)?;
        let (key, id) = match (self, written) {
            (Self::Relevance, Written::Relevance(score, price_minor, id)) => {
                (Key::Relevance { score, price_minor }, id)
            }
            (Self::Relevance | Self::PriceAsc, Written::PriceAsc(number, id))
            | (Self::PriceDesc, Written::PriceDesc(number, id))
            | (Self::DiscountDesc, Written::Discount(number, id))
            | (Self::MemoryDesc, Written::Memory(number, id)) => (Key::Number(number), id),
            (Self::NameAsc, Written::Name(text, id)) => (Key::Text(text), id),
            (Self::ReleasedDesc, Written::Released(day, id)) => (Key::Day(day), id),
            (Self::UpdatedDesc, Written::Updated(time, id)) => (Key::Time(time), id),
            _ => return Err(OTHER_SORT),
        };
        Ok(Place { key, id })
    }
}

/// What is wrong with a cursor of another order.
pub(crate) const OTHER_SORT: &str = "it belongs to another `sort`";

#[cfg(test)]
mod tests {
    use super::*;

    const SORTS: [VideoCardSort; 8] = [
        VideoCardSort::Relevance,
        VideoCardSort::PriceAsc,
        VideoCardSort::PriceDesc,
        VideoCardSort::DiscountDesc,
        VideoCardSort::MemoryDesc,
        VideoCardSort::NameAsc,
        VideoCardSort::ReleasedDesc,
        VideoCardSort::UpdatedDesc,
    ];

    fn key(sort: VideoCardSort) -> Key {
        match sort {
            VideoCardSort::Relevance => Key::Relevance { score: 700, price_minor: i64::MAX },
            VideoCardSort::NameAsc => Key::Text("asus".to_owned()),
            VideoCardSort::ReleasedDesc => Key::Day("2024-01-17".parse().unwrap()),
            VideoCardSort::UpdatedDesc => Key::Time("2026-11-20T10:12:00.123456Z".parse().unwrap()),
            _ => Key::Number(i64::MAX),
        }
    }

    #[test]
    fn a_cursor_is_read_back_under_its_own_sort_and_no_other() {
        for sort in SORTS {
            let place = Place { key: key(sort), id: 42 };
            let cursor = sort.cursor(&place);
            assert_eq!(sort.place(&cursor), Ok(place), "{sort:?}");
            for other in SORTS.into_iter().filter(|other| *other != sort) {
                // Without a search, the two are the same order.
                let same = sort == VideoCardSort::PriceAsc && other == VideoCardSort::Relevance;
                assert_eq!(other.place(&cursor).is_ok(), same, "{sort:?} under {other:?}");
            }
        }
    }

    #[test]
    fn what_is_not_a_cursor_is_refused() {
        let wrong_kind = URL_SAFE_NO_PAD.encode(r#"{"p":["text",1]}"#);
        let long = "A".repeat(2000);
        for cursor in ["", "x", "{}", "W10", wrong_kind.as_str(), long.as_str()] {
            assert!(VideoCardSort::PriceAsc.place(cursor).is_err(), "{cursor}");
        }
    }
}
