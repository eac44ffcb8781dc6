//! The order of a list, and places in it.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::cards::{Axis, By, NO_DAY, Probe, UNKNOWN_PRICE};

/// The order of a list of cards. Cards that are equal in it stand in the order of their ids, ascending or
/// descending as the sort is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// What fits the search best first, then the shortest name, then the cheapest; without a search the same
    /// as [`Sort::PriceAsc`].
    Relevance,
    /// The cheapest best offer first; cards without one last.
    PriceAsc,
    /// The dearest best offer first; cards without one last.
    PriceDesc,
    /// The best offer whose price fell most, in proportion, first.
    DiscountDesc,
    /// The most memory first; cards for which it is not known last.
    MemoryDesc,
    /// By name.
    NameAsc,
    /// The newest release first; cards without a known one last.
    ReleasedDesc,
    /// What changed last first.
    UpdatedDesc,
}

/// What a card is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A price in minor units ([`i64::MAX`] or -1, ascending or descending: there is none), a discount in
    /// hundredths of a percent, a memory in MB (0: not known).
    Number(i64),
    /// When a card changed.
    Time(DateTime<Utc>),
    /// A day of release; the first of January of the year 1: not known.
    Day(NaiveDate),
    /// A name.
    Text(String),
    /// How well a card fits a search.
    Relevance {
        /// The more, the better; the length of the name is part of it.
        score: u32,
        /// The price in minor units; [`i64::MAX`]: there is none.
        price_minor: i64,
    },
}

/// A place in a list: a page begins behind a place, not behind a number of cards, so that it neither repeats
/// nor leaves out a card while others come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What the card there is sorted by.
    pub key: Key,
    /// The card's id.
    pub id: i64,
}

/// A place was given that is not one of a list with this sort and search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the place belongs to a list that is sorted by something else")]
pub struct ForeignPlace;

/// Which of the parts of a list a place is in, and where there.
#[derive(Debug)]
pub(crate) struct Position<'p> {
    pub(crate) segment: usize,
    pub(crate) probe: Probe<'p>,
}

/// How many levels of fitting a search there are.
pub(crate) const LEVELS: usize = 4;
/// A score is the level, the best highest, and below it how short the name is.
const SCORES_A_LEVEL: u32 = 256;

/// The score of a card that is found at a level (0 is the best) by a name of some length.
pub(crate) fn score(level: usize, name_length: u8) -> u32 {
    let level = u32::try_from(LEVELS - 1 - level.min(LEVELS - 1)).unwrap_or_default();
    level * SCORES_A_LEVEL + (SCORES_A_LEVEL - 1 - u32::from(name_length))
}

impl Sort {
    /// The order in which cards are kept that this one reads, and whether it reads it backwards.
    pub(crate) fn order(self, searches: bool) -> (By, bool) {
        match self {
            Self::Relevance if searches => (By::Brevity, false),
            Self::Relevance | Self::PriceAsc => (By::Axis(Axis::Price), false),
            Self::PriceDesc => (By::Axis(Axis::Price), true),
            Self::DiscountDesc => (By::Axis(Axis::Discount), true),
            Self::MemoryDesc => (By::Axis(Axis::Memory), true),
            Self::NameAsc => (By::Name, false),
            Self::ReleasedDesc => (By::Axis(Axis::Released), true),
            Self::UpdatedDesc => (By::Axis(Axis::Updated), true),
        }
    }

    /// What stands for a card's place in clients' hands. `level` is how well it fits the search.
    pub(crate) fn place(self, probe: &Probe<'_>, level: usize) -> Place {
        match *probe {
            Probe::Brevity(name_length, price_minor, id) => {
                Place { key: Key::Relevance { score: score(level, name_length), price_minor }, id }
            }
            Probe::Text(name, id) => Place { key: Key::Text(name.to_owned()), id },
            Probe::Number(number, id) => Place { key: self.key(number), id },
        }
    }

    fn key(self, number: i64) -> Key {
        match self {
            Self::PriceDesc if number == UNKNOWN_PRICE => Key::Number(-1),
            Self::UpdatedDesc => Key::Time(DateTime::from_timestamp_micros(number).unwrap_or_default()),
            Self::ReleasedDesc => {
                let days = TimeDelta::try_days(number - i64::from(NO_DAY)).unwrap_or_default();
                Key::Day(first_day().checked_add_signed(days).unwrap_or_default())
            }
            _ => Key::Number(number),
        }
    }

    /// The opposite of [`Sort::place`].
    pub(crate) fn position(self, place: &Place, searches: bool) -> Result<Position<'_>, ForeignPlace> {
        let id = place.id;
        let in_first = |probe| Ok(Position { segment: 0, probe });
        match (self, &place.key) {
            (Self::Relevance, Key::Relevance { score, price_minor }) if searches => {
                let level = (score / SCORES_A_LEVEL).min(3) as usize;
                let name_length = u8::MAX - (score & 0xff) as u8;
                let probe = Probe::Brevity(name_length, *price_minor, id);
                Ok(Position { segment: LEVELS - 1 - level, probe })
            }
            (Self::Relevance, _) if searches => Err(ForeignPlace),
            // Cards that have no price are the second part of the list; no price is below zero.
            (Self::PriceDesc, Key::Number(..=-1)) => {
                Ok(Position { segment: 1, probe: Probe::Number(UNKNOWN_PRICE, id) })
            }
            (
                Self::Relevance | Self::PriceAsc | Self::PriceDesc | Self::DiscountDesc | Self::MemoryDesc,
                Key::Number(number),
            ) => in_first(Probe::Number(*number, id)),
            (Self::UpdatedDesc, Key::Time(time)) => in_first(Probe::Number(time.timestamp_micros(), id)),
            (Self::ReleasedDesc, Key::Day(day)) => {
                let days = day.signed_duration_since(first_day()).num_days();
                in_first(Probe::Number(days + i64::from(NO_DAY), id))
            }
            (Self::NameAsc, Key::Text(name)) => in_first(Probe::Text(name, id)),
            _ => Err(ForeignPlace),
        }
    }
}

/// The day that stands for an unknown one.
fn first_day() -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(NO_DAY).unwrap_or_default()
}
