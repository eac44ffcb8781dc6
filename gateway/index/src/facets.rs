//! Facets: by which values a list can be narrowed, and how many cards each would leave.

use std::{cell::LazyCell, sync::Arc};

use crate::{
    attribute::{Attribute, Value},
    cards::{Axis, ClassColumn},
    condition::{Condition, Field},
    filter::SetFilter,
    list::List,
    slots::{SlotSet, Split},
};

/// What cards can be told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FacetId {
    /// Supported technologies, by code.
    Technologies,
    /// Kinds of video outputs.
    Outputs,
    /// Brands, by slug.
    Brands,
    /// Graphics chips, by slug.
    Gpus,
    /// Words for makers of the chip.
    ChipMakers,
    /// Memory in GB.
    MemoryGb,
    /// Words for availabilities.
    Availability,
    /// Shops, by slug.
    Shops,
}

impl FacetId {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Technologies,
        Self::Outputs,
        Self::Brands,
        Self::Gpus,
        Self::ChipMakers,
        Self::MemoryGb,
        Self::Availability,
        Self::Shops,
    ];

    /// The field of the filter that selects by it, as clients write it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Technologies => "technologies",
            Self::Outputs => "outputs",
            Self::Brands => "brands",
            Self::Gpus => "gpus",
            Self::ChipMakers => "chipMakers",
            Self::MemoryGb => "memoryGb",
            Self::Availability => "availability",
            Self::Shops => "shops",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Technologies => "Technologies",
            Self::Outputs => "Outputs",
            Self::Brands => "Brands",
            Self::Gpus => "Chips",
            Self::ChipMakers => "Chip makers",
            Self::MemoryGb => "Memory",
            Self::Availability => "Availability",
            Self::Shops => "Shops",
        }
    }

    fn field(self) -> Field {
        match self {
            Self::MemoryGb => Field::Axis(Axis::Memory),
            _ => Field::Facet(self),
        }
    }
}

/// A facet of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// Which one.
    pub id: FacetId,
    /// The most frequent value first, then by label; sizes of memory by size.
    pub values: Vec<FacetValue>,
}

/// A value of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// As a filter has it; memory in GB.
    pub value: Arc<str>,
    /// What people call it.
    pub label: Arc<str>,
    /// How many cards of the list have it, whatever is selected in this facet. 0 only where it is selected.
    pub count: usize,
    /// Whether the filter asks for it.
    pub selected: bool,
}

/// About how long it takes to read which value a card has, and to count it, in nanoseconds.
const TALLYING_NS: usize = 3;

impl List {
    /// All facets of the list. The counts of each ignore what the filter's own field for it says, and obey all
    /// else; parts below `and`, `or` and `not` are obeyed always.
    pub fn facets(&self) -> Vec<Facet> {
        let by_field: Vec<(Field, SlotSet)> = if FacetId::ALL.iter().any(|id| self.selects_by(id.field())) {
            self.conditions.iter().map(|(field, condition)| (*field, condition.cards(&self.index))).collect()
        } else {
            Vec::new()
        };
        let matching = LazyCell::new(|| self.split(self.matching(), None));
        let facet = |id: FacetId| {
            if !self.selects_by(id.field()) {
                return self.facet(id, self.matching(), &matching);
            }
            let others = by_field.iter().filter(|(field, _)| *field != id.field()).map(|(_, cards)| cards);
            let mut others: Vec<&SlotSet> = others.collect();
            others.sort_by_key(|cards| cards.len());
            let base = others.into_iter().fold(None, |base: Option<SlotSet>, cards| {
                Some(base.map_or_else(|| cards.clone(), |base| base.and(cards)))
            });
            let base = base.as_ref().unwrap_or(&self.index.all);
            self.facet(id, base, &self.split(base, Some(id.field())))
        };
        FacetId::ALL.into_iter().map(facet).collect()
    }

    /// Splits cards that the filter lets through, but for its conditions from one field.
    fn split(&self, cards: &SlotSet, except: Option<Field>) -> Split<'_> {
        let known = &self.index.known;
        let has = self.conditions.iter().filter_map(|(field, condition)| match condition {
            Condition::Has(value) if Some(*field) != except => Some(known.cards_with(value)),
            _ => None,
        });
        let larger: Vec<_> = has.chain([known.all(&self.index.all)]).collect();
        Split::of(cards, &larger)
    }

    fn facet(&self, id: FacetId, base: &SlotSet, split: &Split<'_>) -> Facet {
        let attribute = self.index.attribute(id);
        let counts = self.counts(id, attribute, base, split);
        if id == FacetId::MemoryGb {
            return Facet { id, values: self.sizes_of_memory(&counts) };
        }
        let mut selected = self.selected(id);
        let is_asked_for = |value: &Value| selected.iter().any(|key| **key == *value.key);
        // The most frequent first, in the order of what they are called where that is equal.
        let by_label = attribute.by_label();
        let counted = (0..).zip(by_label).filter_map(|(rank, number): (u32, &u32)| {
            let (count, value) = (*counts.get(*number as usize)?, attribute.value(*number)?);
            let rarity = u32::MAX - u32::try_from(count).unwrap_or(u32::MAX);
            (count > 0 || is_asked_for(value)).then_some((rarity, rank))
        });
        let mut counted: Vec<(u32, u32)> = counted.collect();
        counted.sort_unstable();
        let values = counted.iter().filter_map(|(_, rank)| {
            let number = *by_label.get(*rank as usize)?;
            Some((*counts.get(number as usize)?, attribute.value(number)?))
        });
        let value = |(count, value): (usize, &Arc<Value>)| FacetValue {
            value: Arc::clone(&value.key),
            label: Arc::clone(&value.label),
            count,
            selected: is_asked_for(value),
        };
        let mut values: Vec<FacetValue> = values.map(value).collect();
        selected.retain(|key| attribute.find(key).is_none());
        if !selected.is_empty() {
            // What no card ever had can be selected all the same, and must be there to be deselected.
            values.extend(selected.into_iter().map(|key| FacetValue {
                value: key.into(),
                label: key.into(),
                count: 0,
                selected: true,
            }));
            values.sort_by(|one, two| {
                let by_name = || (&one.label, &one.value).cmp(&(&two.label, &two.value));
                two.count.cmp(&one.count).then_with(by_name)
            });
        }
        Facet { id, values }
    }

    /// How many of some cards have each value of an attribute, by the values' numbers.
    fn counts(&self, id: FacetId, attribute: &Attribute, base: &SlotSet, split: &Split<'_>) -> Vec<usize> {
        let sets: Vec<&SlotSet> = attribute.values().map(|value| &value.cards).collect();
        if base.len() == self.index.len() {
            return sets.into_iter().map(SlotSet::len).collect();
        }
        let classes = &self.index.cards.classes;
        // Of these a card has one at the most.
        let class: Option<&ClassColumn> = match id {
            FacetId::Brands => Some(&classes.brands),
            FacetId::Gpus => Some(&classes.gpus),
            FacetId::MemoryGb => Some(&classes.memory),
            _ => None,
        };
        match class {
            Some(class) if split.to_tally() * TALLYING_NS <= split.counting_ns(&sets) => {
                split.tally(id, &sets, class)
            }
            _ => split.count(id, &sets),
        }
    }

    fn sizes_of_memory(&self, counts: &[usize]) -> Vec<FacetValue> {
        let values = self.index.attribute(FacetId::MemoryGb).values().zip(counts);
        let mut sizes: Vec<(u32, FacetValue)> = values
            .filter(|(value, _)| !value.cards.is_empty())
            .filter_map(|(value, count)| {
                let mb: u32 = value.key.parse().ok()?;
                let selected = self.filter.memory_mb.is_some_and(|span| {
                    span.min.is_none_or(|min| min <= mb.into()) && span.max.is_none_or(|max| max >= mb.into())
                });
                let gb = (f64::from(mb) / 1024.0).to_string();
                let (label, gb) = (format!("{gb} GB").into(), gb.into());
                Some((mb, FacetValue { value: gb, label, count: *count, selected }))
            })
            .filter(|(_, value)| value.count > 0 || value.selected)
            .collect();
        sizes.sort_by_key(|(mb, _)| *mb);
        sizes.into_iter().map(|(_, value)| value).collect()
    }

    /// The values of a facet that the filter asks for, each once.
    fn selected(&self, id: FacetId) -> Vec<&str> {
        fn wanted(set: Option<&SetFilter>) -> Vec<&String> {
            let lists = set.into_iter().flat_map(|set| [&set.all_of, &set.any_of]);
            lists.flatten().flatten().collect()
        }
        let filter = &self.filter;
        let keys: Vec<&String> = match id {
            FacetId::Technologies => wanted(filter.technologies.as_ref()),
            FacetId::Outputs => wanted(filter.outputs.as_ref()),
            FacetId::Brands => filter.brands.iter().flatten().collect(),
            FacetId::Gpus => filter.gpus.iter().flatten().collect(),
            FacetId::ChipMakers => filter.chip_makers.iter().flatten().collect(),
            FacetId::Availability => filter.availabilities.iter().flatten().collect(),
            FacetId::Shops => filter.shops.iter().flatten().collect(),
            FacetId::MemoryGb => Vec::new(),
        };
        let mut keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
