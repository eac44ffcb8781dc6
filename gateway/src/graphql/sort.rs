//! The order of a list of cards, and places in it.
//!
//! A place is the sort key of a card together with its id: a page begins behind a place, not behind a number
//! of cards, so that it neither repeats nor leaves out a card while others come and go.

use async_graphql::Enum;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};

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

/// A sort key's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Key {
    Number(i64),
    Time(DateTime<Utc>),
    Day(NaiveDate),
    Text(String),
}

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: Key,
    pub(crate) id: i64,
}

/// The column of the sort key, whether it descends, and the one letter that stands for it in cursors.
struct Order {
    column: &'static str,
    descends: bool,
    letter: char,
}

impl VideoCardSort {
    fn order(self) -> Order {
        let (column, descends, letter) = match self {
            Self::Relevance | Self::PriceAsc => ("price_asc_key", false, 'p'),
            Self::PriceDesc => ("price_desc_key", true, 'P'),
            Self::DiscountDesc => ("discount_bp", true, 'd'),
            Self::MemoryDesc => ("memory_key", true, 'm'),
            Self::NameAsc => ("name_key", false, 'n'),
            Self::ReleasedDesc => ("released_key", true, 'r'),
            Self::UpdatedDesc => ("updated_at", true, 'u'),
        };
        Order { column, descends, letter }
    }

    /// The sort key's column as an expression that every kind of [`Key`] can be read from.
    pub(crate) fn key_as_json(self) -> &'static str {
        match self {
            Self::Relevance | Self::PriceAsc => "to_jsonb(price_asc_key)",
            Self::PriceDesc => "to_jsonb(price_desc_key)",
            Self::DiscountDesc => "to_jsonb(discount_bp)",
            Self::MemoryDesc => "to_jsonb(memory_key)",
            Self::NameAsc => "to_jsonb(name_key)",
            Self::ReleasedDesc => "to_jsonb(released_key)",
            Self::UpdatedDesc => "to_jsonb(updated_at)",
        }
    }

    /// Adds the condition that a card stands behind (or before) a place.
    pub(crate) fn push_beyond(self, sql: &mut QueryBuilder<Postgres>, place: &Place, behind: bool) {
        let order = self.order();
        let operator = if behind == order.descends { "<" } else { ">" };
        sql.push(" and (").push(order.column).push(", id) ").push(operator).push(" (");
        match &place.key {
            Key::Number(number) => sql.push_bind(*number),
            Key::Time(time) => sql.push_bind(*time),
            Key::Day(day) => sql.push_bind(*day),
            Key::Text(text) => sql.push_bind(text.clone()),
        };
        sql.push(", ").push_bind(place.id).push(")");
    }

    /// Adds the order, or the opposite one.
    pub(crate) fn push_order(self, sql: &mut QueryBuilder<Postgres>, backwards: bool) {
        let Order { column, descends, .. } = self.order();
        let direction = if descends == backwards { "" } else { " desc" };
        sql.push(" order by ").push(column).push(direction).push(", id").push(direction);
    }

    /// A place as clients see it: opaque, and good for this order only.
    pub(crate) fn cursor(self, place: &Place) -> String {
        let letter = self.order().letter;
        let text = serde_json::to_string(&(letter, &place.key, place.id)).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(text)
    }

    /// Reads a cursor back; the error says what is wrong with it.
    pub(crate) fn place(self, cursor: &str) -> Result<Place, &'static str> {
        const NO_CURSOR: &str = "it was not made here";
        const LONGEST: usize = 1000;
        if cursor.len() > LONGEST {
            return Err(NO_CURSOR);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| NO_CURSOR)?;
        let (letter, key, id): (char, Key, i64) = serde_json::from_slice(&bytes).map_err(|_| NO_CURSOR)?;
        if letter != self.order().letter {
            return Err("it belongs to another `sort`");
        }
        let fits = match self {
            Self::NameAsc => matches!(&key, Key::Text(text) if !text.contains('\0')),
            Self::ReleasedDesc => matches!(key, Key::Day(_)),
            Self::UpdatedDesc => matches!(key, Key::Time(_)),
            _ => matches!(key, Key::Number(_)),
        };
        if fits { Ok(Place { key, id }) } else { Err(NO_CURSOR) }
    }
}

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
            // A name that looks like a day or a time stays a name.
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
            for other in SORTS.into_iter().filter(|other| other.order().letter != sort.order().letter) {
                assert!(other.place(&cursor).is_err(), "{sort:?} under {other:?}");
            }
        }
    }

    #[test]
    fn what_is_not_a_cursor_is_refused() {
        let wrong_kind = URL_SAFE_NO_PAD.encode(r#"["p","text",1]"#);
        let long = "A".repeat(2000);
        for cursor in ["", "x", "{}", "W10", wrong_kind.as_str(), long.as_str()] {
            assert!(VideoCardSort::PriceAsc.place(cursor).is_err(), "{cursor}");
        }
    }
}
