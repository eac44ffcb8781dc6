//! What is kept of each card, by slot, and what cards are sorted by.
//!
//! A slot is a small number that a card has while it is in the index; it means nothing outside.

use chrono::{Datelike, NaiveDate};

use crate::{
    column::Column,
    facts::{CardFacts, OfferFacts},
    order::{Mark, mark_of_number, mark_of_text},
    texts::Texts,
};

/// No price: behind all others.
pub(crate) const UNKNOWN_PRICE: i64 = i64::MAX;
/// No number of watts or millimetres.
const UNKNOWN: u32 = u32::MAX;
/// The day that stands for an unknown one: the first of January of the year 1, counted in days.
pub(crate) const NO_DAY: i32 = 1;
/// No brand, chip or memory.
pub(crate) const NO_VALUE: u32 = u32::MAX;

/// The numbers of a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) id: i64,
    price_minor: i64,
    updated_us: i64,
    released_day: i32,
    discount_bp: u32,
    /// 0: not known.
    pub(crate) memory_mb: u32,
    board_power_watts: u32,
    length_mm: u32,
    name_length: u8,
}

/// Which brand, chip and size of memory a card has, as numbers of their values; apart from the rest because
/// facets are counted by reading these of many cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes {
    pub(crate) brand: Class,
    pub(crate) gpu: Class,
    pub(crate) memory: Class,
}

/// The number of a value, or [`NO_VALUE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(pub(crate) u32);

impl Default for Class {
    fn default() -> Self {
        Self(NO_VALUE)
    }
}

/// A number that cards are sorted by, or asked for by range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Price,
    Discount,
    Memory,
    BoardPower,
    Length,
    Released,
    Updated,
}

/// What an order of cards is sorted by; ids decide where that is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Id,
    Axis(Axis),
    Name,
    /// Shorter names first, cheaper ones of these first.
    Brevity,
}

impl By {
    pub(crate) const ALL: [Self; 10] = [
        Self::Id,
        Self::Name,
        Self::Brevity,
        Self::Axis(Axis::Price),
        Self::Axis(Axis::Discount),
        Self::Axis(Axis::Memory),
        Self::Axis(Axis::BoardPower),
        Self::Axis(Axis::Length),
        Self::Axis(Axis::Released),
        Self::Axis(Axis::Updated),
    ];

    /// Its place in [`By::ALL`].
    pub(crate) fn place(self) -> usize {
        match self {
            Self::Id => 0,
            Self::Name => 1,
            Self::Brevity => 2,
            Self::Axis(axis) => 3 + axis as usize,
        }
    }
}

/// What a card is sorted by, in one order. Only those of one order can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Probe<'c> {
    Number(i64, i64),
    Text(&'c str, i64),
    Brevity(u8, i64, i64),
}

impl Probe<'_> {
    /// Its mark among those of its order.
    pub(crate) fn mark(&self) -> Mark {
        match *self {
            Self::Number(number, _) => mark_of_number(number),
            Self::Text(text, _) => mark_of_text(text),
            // As much of the price as there is room for.
            Self::Brevity(length, price, _) => {
                let price = Mark::try_from(price).unwrap_or_default();
                Mark::from(length) << 56 | price.min((1 << 56) - 1)
            }
        }
    }
}

impl Row {
    pub(crate) fn of(facts: &CardFacts) -> Self {
        let day = facts.released_on.as_ref().map(NaiveDate::num_days_from_ce);
        let row = Self {
            id: facts.id,
            released_day: day.unwrap_or(NO_DAY),
            memory_mb: facts.memory_mb.unwrap_or_default(),
            board_power_watts: facts.board_power_watts.unwrap_or(UNKNOWN),
            length_mm: facts.length_mm.unwrap_or(UNKNOWN),
            name_length: u8::try_from(facts.name_key.len()).unwrap_or(u8::MAX),
            ..Self::default()
        };
        row.with(&facts.offers)
    }

    /// The same card with other offers.
    pub(crate) fn with(self, offers: &OfferFacts) -> Self {
        let price = offers.best_price_minor.filter(|price| *price >= 0);
        Self {
            price_minor: price.unwrap_or(UNKNOWN_PRICE),
            updated_us: offers.updated_at.timestamp_micros(),
            discount_bp: offers.discount_bp,
            ..self
        }
    }

    /// What cards of one search level are sorted by, but for the id.
    pub(crate) fn brevity(&self) -> (u8, i64) {
        (self.name_length, self.price_minor)
    }

    /// The number on an axis, as it is sorted.
    pub(crate) fn number(&self, axis: Axis) -> i64 {
        match axis {
            Axis::Price => self.price_minor,
            Axis::Discount => self.discount_bp.into(),
            Axis::Memory => self.memory_mb.into(),
            Axis::BoardPower => self.board_power_watts.into(),
            Axis::Length => self.length_mm.into(),
            Axis::Released => self.released_day.into(),
            Axis::Updated => self.updated_us,
        }
    }
}

impl Axis {
    /// The numbers between which known ones are.
    pub(crate) fn known(self) -> (i64, i64) {
        match self {
            Self::Price => (0, UNKNOWN_PRICE - 1),
            Self::Memory => (1, u32::MAX.into()),
            Self::BoardPower | Self::Length => (0, i64::from(UNKNOWN) - 1),
            Self::Discount | Self::Released | Self::Updated => (i64::MIN, i64::MAX),
        }
    }
}

/// The numbers of one class of all cards, by slot.
pub(crate) type ClassColumn = Column<Class, 1024>;

/// The classes of all cards, by slot; each in a column of its own, since counting goes through one of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClassColumns {
    pub(crate) brands: ClassColumn,
    pub(crate) gpus: ClassColumn,
    pub(crate) memory: ClassColumn,
}

impl ClassColumns {
    pub(crate) fn get(&self, slot: u32) -> Classes {
        let Self { brands, gpus, memory } = self;
        Classes { brand: *brands.get(slot), gpu: *gpus.get(slot), memory: *memory.get(slot) }
    }

    pub(crate) fn set(&mut self, slot: u32, classes: Classes) {
        let Classes { brand, gpu, memory } = classes;
        for (column, number) in [(&mut self.brands, brand), (&mut self.gpus, gpu), (&mut self.memory, memory)]
        {
            *column.get_mut(slot) = number;
        }
    }

    /// The card of each slot is the one that was in the slot that stands there in `before`.
    fn reorder(&mut self, before: &[u32]) {
        for column in [&mut self.brands, &mut self.gpus, &mut self.memory] {
            *column = column.reordered(before);
        }
    }

    /// Adds a card of no class at the end.
    pub(crate) fn grow(&mut self) {
        [&mut self.brands, &mut self.gpus, &mut self.memory].into_iter().for_each(Column::grow);
    }
}

/// All cards, by slot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cards {
    pub(crate) rows: Column<Row, 128>,
    pub(crate) classes: ClassColumns,
    pub(crate) names: Texts,
    /// Codes that a search finds a card by, one in a line.
    pub(crate) codes: Texts,
}

impl Cards {
    /// Makes room for a slot.
    pub(crate) fn reach(&mut self, slot: u32) {
        while self.rows.len() <= slot as usize {
            self.rows.grow();
            self.classes.grow();
        }
    }

    /// The card of each slot is the one that was in the slot that stands there in `before`.
    pub(crate) fn reorder(&mut self, before: &[u32]) {
        self.rows = self.rows.reordered(before);
        self.classes.reorder(before);
        self.names = self.names.reordered(before);
        self.codes = self.codes.reordered(before);
    }

    pub(crate) fn row(&self, slot: u32) -> &Row {
        self.rows.get(slot)
    }

    /// What a card is sorted by in an order.
    pub(crate) fn probe(&self, by: By, slot: u32) -> Probe<'_> {
        let row = self.row(slot);
        match by {
            By::Id => Probe::Number(row.id, row.id),
            By::Axis(axis) => Probe::Number(row.number(axis), row.id),
            By::Name => Probe::Text(self.names.get(slot), row.id),
            By::Brevity => Probe::Brevity(row.name_length, row.price_minor, row.id),
        }
    }
}
