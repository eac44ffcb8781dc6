//! A page of a list.

use std::cmp::Ordering;

use crate::{
    cards::{Axis, By, UNKNOWN_PRICE},
    condition::{Condition, Field},
    list::List,
    segment::{Scan, Segment},
    sort::{ForeignPlace, LEVELS, Place, Position, Sort},
};

/// Which stretch of a list is wanted: the first cards, or the last ones, of what lies between two places.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stretch<'p> {
    /// Behind this place.
    pub after: Option<&'p Place>,
    /// Before this place.
    pub before: Option<&'p Place>,
    /// How many cards at the most.
    pub size: usize,
    /// The last ones instead of the first.
    pub from_the_end: bool,
}

/// A stretch of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The cards' places in the order of the list; each has its card's id.
    pub places: Vec<Place>,
    /// Whether the list has cards before these. An empty page stands where it was cut from: behind `after`,
    /// or before `before` where it is read from the end.
    pub has_previous: bool,
    /// Whether the list has cards behind these.
    pub has_next: bool,
}

/// Which way a list is read.
#[derive(Clone, Copy)]
struct Reading {
    forwards: bool,
    /// Whether the card at the place where it begins is read too.
    inclusive: bool,
    limit: usize,
}

/// A card that was read: the number of its segment, and its slot.
type Entry = (usize, u32);

impl List {
    /// A page of the list. What it costs doesn't depend on how far from the list's start it is.
    pub fn page(&self, sort: Sort, stretch: &Stretch<'_>) -> Result<Page, ForeignPlace> {
        let searches = self.found().is_some();
        let position = |place: Option<_>| place.map(|place| sort.position(place, searches)).transpose();
        let (after, before) = (position(stretch.after)?, position(stretch.before)?);
        let forwards = !stretch.from_the_end;
        let (start, end) = if forwards { (after, before) } else { (before, after) };
        let segments = self.segments(sort);

        // One more than the page, to know whether there is more.
        let reading = Reading { forwards, inclusive: false, limit: stretch.size.saturating_add(1) };
        let mut read = read(&segments, start.as_ref(), reading);
        let past_the_end = |(number, slot): &Entry| {
            let within = if forwards { Ordering::Less } else { Ordering::Greater };
            end.as_ref().is_some_and(|end| segments[*number].compare(*number, *slot, end) != within)
        };
        let size = read.iter().take(stretch.size).take_while(|entry| !past_the_end(entry)).count();
        let ahead = read.len() > size;
        let behind = start.is_some() && {
            let back = Reading { forwards: !forwards, inclusive: true, limit: 1 };
            !self::read(&segments, start.as_ref(), back).is_empty()
        };
        read.truncate(size);
        if !forwards {
            read.reverse();
        }
        let place = |(number, slot): Entry| {
            let segment = &segments[number];
            sort.place(&segment.probe(slot), segment.level.unwrap_or_default())
        };
        let places = read.into_iter().map(place).collect();
        let (has_previous, has_next) = if forwards { (behind, ahead) } else { (ahead, behind) };
        Ok(Page { places, has_previous, has_next })
    }

    /// The parts of the list in its order.
    fn segments(&self, sort: Sort) -> Vec<Segment<'_>> {
        let (by, backwards) = sort.order(self.found().is_some());
        let segment = |ranks, level| Segment { list: self, by, backwards, ranks, level };
        let (mut start, mut end) = (0, self.index.order(by).len());
        let By::Axis(axis) = by else {
            let level = |level| segment(start..end, Some(level));
            return if by == By::Brevity {
                (0..LEVELS).map(level).collect()
            } else {
                vec![segment(start..end, None)]
            };
        };
        // The cards of a range stand together where they are sorted by what it is about.
        for (field, condition) in &self.conditions {
            if let (Field::Axis(_), Condition::Range(range)) = (field, condition)
                && range.axis == axis
            {
                let within = range.ranks(&self.index);
                (start, end) = (start.max(within.start), end.min(within.end));
            }
        }
        if axis == Axis::Price && backwards {
            // Cards without a price are last either way.
            let known = self.index.rank_behind(axis, UNKNOWN_PRICE - 1);
            return vec![segment(start..end.min(known), None), segment(start.max(known)..end, None)];
        }
        vec![segment(start..end, None)]
    }
}

/// The first cards in the direction of reading.
fn read(segments: &[Segment<'_>], start: Option<&Position<'_>>, reading: Reading) -> Vec<Entry> {
    let mut read = Vec::new();
    let mut numbers = 0..segments.len();
    let next = std::iter::from_fn(|| if reading.forwards { numbers.next() } else { numbers.next_back() });
    for number in next {
        let segment = &segments[number];
        let ascending = reading.forwards != segment.backwards;
        let limit = reading.limit - read.len();
        let mut scan = Scan { ranks: segment.ranks.clone(), ascending, limit };
        if let Some(start) = start {
            let before_start = if reading.forwards { Ordering::Less } else { Ordering::Greater };
            let order = number.cmp(&start.segment);
            if order == before_start {
                continue;
            }
            if order == Ordering::Equal {
                segment.cut(&mut scan, &start.probe, reading.inclusive);
            }
        }
        read.extend(segment.first(&scan).into_iter().map(|slot| (number, slot)));
        if read.len() == reading.limit {
            break;
        }
    }
    read
}
