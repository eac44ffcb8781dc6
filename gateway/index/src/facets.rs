//! Facets: by which values a list can be narrowed, and how many cards each would leave.

use std::sync::Arc;

use crate::{
    attribute::Attribute,
    cards::{Axis, Class, ClassColumn},
    condition::{Condition, Field},
    filter::SetFilter,
    known::KnownCounts,
    list::List,
    slots::SlotSet,
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
const TALLYING_NS: usize = 6;

impl List {
    /// All facets of the list. The counts of each ignore what the filter's own field for it says, and obey all
    /// else; parts below `and`, `or` and `not` are obeyed always.
    pub fn facets(&self) -> Vec<Facet> {
        let by_field: Vec<(Field, SlotSet)> = if FacetId::ALL.iter().any(|id| self.selects_by(id.field())) {
            self.conditions.iter().map(|(field, condition)| (*field, condition.cards(&self.index))).collect()
        } else {
            Vec::new()
        };
        let facet = |id: FacetId| {
            if !self.selects_by(id.field()) {
                return self.facet(id, self.matching());
            }
            let others = by_field.iter().filter(|(field, _)| *field != id.field()).map(|(_, cards)| cards);
            let mut others: Vec<&SlotSet> = others.collect();
            others.sort_by_key(|cards| cards.len());
            let base = others.into_iter().fold(None, |base: Option<SlotSet>, cards| {
                Some(base.map_or_else(|| cards.clone(), |base| base.and(cards)))
            });
            self.facet(id, base.as_ref().unwrap_or(&self.index.all))
        };
        FacetId::ALL.into_iter().map(facet).collect()
    }

    fn facet(&self, id: FacetId, base: &SlotSet) -> Facet {
        let attribute = self.index.attribute(id);
        let counts = self.counts(id, attribute, base);
        if id == FacetId::MemoryGb {
            return Facet { id, values: self.sizes_of_memory(&counts) };
        }
        let mut selected = self.selected(id);
        let mut values = Vec::new();
        for (value, count) in attribute.values().zip(counts) {
            let is_selected = selected.iter().position(|key| **key == *value.key);
            if let Some(at) = is_selected {
                selected.swap_remove(at);
            }
            if count > 0 || is_selected.is_some() {
                let (value, label) = (Arc::clone(&value.key), Arc::clone(&value.label));
                values.push(FacetValue { value, label, count, selected: is_selected.is_some() });
            }
        }
        // What no card ever had can be selected all the same, and must be there to be deselected.
        values.extend(selected.into_iter().map(|key| FacetValue {
            value: key.into(),
            label: key.into(),
            count: 0,
            selected: true,
        }));
        values.sort_by(|one, two| {
            two.count.cmp(&one.count).then_with(|| (&one.label, &one.value).cmp(&(&two.label, &two.value)))
        });
        Facet { id, values }
    }

    /// How many of some cards have each value of an attribute, by the values' numbers.
    fn counts(&self, id: FacetId, attribute: &Attribute, base: &SlotSet) -> Vec<usize> {
        let values = attribute.values();
        if base.len() == self.index.len() {
            return values.map(|value| value.cards.len()).collect();
        }
        let classes = &self.index.cards.classes;
        // Of these a card has one at the most.
        let class = match id {
            FacetId::Brands => Some(&classes.brands),
            FacetId::Gpus => Some(&classes.gpus),
            FacetId::MemoryGb => Some(&classes.memory),
            _ => None,
        };
        let counting_ns: usize = attribute.values().map(|value| value.cards.counting_ns()).sum();
        if let Some(class) = class.filter(|_| base.len() * TALLYING_NS < counting_ns) {
            return tally(class, values.len(), base);
        }
        // All cards of the base have these values: what the filter's own field for the facet says is left out of it.
        let has = self.conditions.iter().filter_map(|(field, condition)| match condition {
            Condition::Has(value) if *field != id.field() => Some(self.index.known.counts(value, id)),
            _ => None,
        });
        let (sets, known): (Vec<&SlotSet>, Vec<KnownCounts<'_>>) =
            (values.map(|value| &value.cards).collect(), has.collect());
        base.count_each_by_known(&sets, &self.index.all, &known)
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

/// How many cards have each of so many values of a class, by reading which one each card has.
fn tally(class: &ClassColumn, values: usize, base: &SlotSet) -> Vec<usize> {
    let mut counts = vec![0; values];
    base.each_word(|first, mut word| {
        // A chunk has whole words.
        let of_word = class.chunk_from(first);
        while word != 0 {
            let Class(number) = of_word[word.trailing_zeros() as usize];
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
            word &= word - 1;
        }
    });
    counts
}
