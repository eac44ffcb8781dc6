//! The filter of video cards, as clients write it.
//!
//! Every condition comes out as true or false, never as null, so that `not` means what it says: a card whose
//! memory is not known doesn't have 8 to 16 GB, and is in the `not` of that.

use async_graphql::{Enum, InputObject};
use catalogue_index::{Filter, Span};
use chrono::{DateTime, Utc};

use super::{errors::ApiError, scalars::Decimal};
use crate::offer::availability_word;

/// The most values in one list of a filter.
const LONGEST_LIST: usize = 100;
/// The most conditions in one filter, nested ones included.
const MOST_CONDITIONS: usize = 100;
/// The deepest nesting of `and`, `or` and `not`.
const DEEPEST: usize = 8;

/// Which video cards are wanted. All conditions that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct VideoCardFilter {
    /// The price of the best offer that can be bought, in the base currency. Cards that can't be bought at
    /// the moment have no such price.
    pub price: Option<DecimalRange>,
    /// Supported technologies, by code: `ray-tracing`.
    pub technologies: Option<SetFilter>,
    /// Video outputs, by kind: `hdmi`, `displayport`, `dvi`, `vga`, `usb-c`.
    pub outputs: Option<SetFilter>,
    /// Brands, by slug: any of them.
    pub brands: Option<Vec<String>>,
    /// Graphics chips, by slug: any of them.
    pub gpus: Option<Vec<String>>,
    /// Makers of the chip: any of them.
    pub chip_makers: Option<Vec<ChipMaker>>,
    /// Memory in GB.
    pub memory_gb: Option<IntRange>,
    /// Power of the whole board in watts.
    pub board_power_watts: Option<IntRange>,
    /// Length in mm.
    pub length_mm: Option<IntRange>,
    /// Cards with an offer of any of these availabilities.
    pub availability: Option<Vec<Availability>>,
    /// Shops, by slug: cards with an offer in any of them.
    pub shops: Option<Vec<String>>,
    /// Cards that changed at or after this time.
    pub updated_since: Option<DateTime<Utc>>,
    /// All of these hold.
    pub and: Option<Vec<VideoCardFilter>>,
    /// At least one of these holds.
    pub or: Option<Vec<VideoCardFilter>>,
    /// This does not hold.
    pub not: Option<Box<VideoCardFilter>>,
}

/// Conditions on a set. All that are given must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SetFilter {
    /// It has all of these.
    pub all_of: Option<Vec<String>>,
    /// It has at least one of these.
    pub any_of: Option<Vec<String>>,
    /// It has none of these.
    pub none_of: Option<Vec<String>>,
}

/// A range of decimal numbers, both ends included; an end that is not given is open.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct DecimalRange {
    /// The least.
    pub min: Option<Decimal>,
    /// The most.
    pub max: Option<Decimal>,
}

/// A range of whole numbers, both ends included; an end that is not given is open.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct IntRange {
    /// The least.
    pub min: Option<i32>,
    /// The most.
    pub max: Option<i32>,
}

/// Whether an offer can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Availability {
    /// Now, from stock.
    InStock,
    /// Now, delivered once the product is released.
    Preorder,
    /// Now, delivered once the shop has it.
    OnOrder,
    /// Not at the moment.
    OutOfStock,
    /// Never again.
    Discontinued,
    /// The shop doesn't say.
    Unknown,
}

impl Availability {
    pub(crate) const ALL: [Self; 6] =
        [Self::InStock, Self::Preorder, Self::OnOrder, Self::OutOfStock, Self::Discontinued, Self::Unknown];

    /// As clients write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InStock => "IN_STOCK",
            Self::Preorder => "PREORDER",
            Self::OnOrder => "ON_ORDER",
            Self::OutOfStock => "OUT_OF_STOCK",
            Self::Discontinued => "DISCONTINUED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// For people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::InStock => "In stock",
            Self::Preorder => "Preorder",
            Self::OnOrder => "On order",
            Self::OutOfStock => "Out of stock",
            Self::Discontinued => "Discontinued",
            Self::Unknown => "Unknown",
        }
    }

    fn word(self) -> &'static str {
        availability_word(match self {
            Self::InStock => events::Availability::InStock,
            Self::Preorder => events::Availability::Preorder,
            Self::OnOrder => events::Availability::OnOrder,
            Self::OutOfStock => events::Availability::OutOfStock,
            Self::Discontinued => events::Availability::Discontinued,
            Self::Unknown => events::Availability::Unknown,
        })
    }

    /// From the database's word.
    pub(crate) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|availability| availability.word() == word).unwrap_or(Self::Unknown)
    }
}

/// Who makes a graphics chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ChipMaker {
    /// NVIDIA.
    Nvidia,
    /// AMD.
    Amd,
    /// Intel.
    Intel,
    /// Someone else.
    Other,
}

impl ChipMaker {
    pub(crate) const ALL: [Self; 4] = [Self::Nvidia, Self::Amd, Self::Intel, Self::Other];

    /// As clients write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nvidia => "NVIDIA",
            Self::Amd => "AMD",
            Self::Intel => "INTEL",
            Self::Other => "OTHER",
        }
    }

    /// For people.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Nvidia => "NVIDIA",
            Self::Amd => "AMD",
            Self::Intel => "Intel",
            Self::Other => "Other",
        }
    }

    fn word(self) -> &'static str {
        crate::card::maker_word(match self {
            Self::Nvidia => merge::ChipMaker::Nvidia,
            Self::Amd => merge::ChipMaker::Amd,
            Self::Intel => merge::ChipMaker::Intel,
            Self::Other => merge::ChipMaker::Other,
        })
    }

    /// From the database's word.
    pub(crate) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|maker| maker.word() == word).unwrap_or(Self::Other)
    }
}

impl VideoCardFilter {
    /// Refuses what is too large or can't mean anything.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        let mut conditions = 0;
        self.check_part(0, &mut conditions)
    }

    fn check_part(&self, depth: usize, conditions: &mut usize) -> Result<(), ApiError> {
        if depth > DEEPEST {
            return Err(ApiError::bad_input(format!("`filter` nests more than {DEEPEST} deep.")));
        }
        *conditions += 1;
        if *conditions > MOST_CONDITIONS {
            return Err(ApiError::bad_input(format!("`filter` has more than {MOST_CONDITIONS} parts.")));
        }
        self.check_lists()?;
        self.check_ranges()?;
        let parts = self.and.iter().flatten().chain(self.or.iter().flatten());
        for part in parts.chain(self.not.as_deref()) {
            part.check_part(depth + 1, conditions)?;
        }
        Ok(())
    }

    fn check_lists(&self) -> Result<(), ApiError> {
        let sets = [("technologies", &self.technologies), ("outputs", &self.outputs)];
        let of_sets =
            sets.iter().filter_map(|(name, set)| Some((*name, set.as_ref()?))).flat_map(|(name, set)| {
                [&set.all_of, &set.any_of, &set.none_of].map(|list| (name, list.as_ref().map_or(0, Vec::len)))
            });
        let lists = [
            ("brands", self.brands.as_ref().map_or(0, Vec::len)),
            ("gpus", self.gpus.as_ref().map_or(0, Vec::len)),
            ("chipMakers", self.chip_makers.as_ref().map_or(0, Vec::len)),
            ("availability", self.availability.as_ref().map_or(0, Vec::len)),
            ("shops", self.shops.as_ref().map_or(0, Vec::len)),
        ];
        match lists.into_iter().chain(of_sets).find(|(_, length)| *length > LONGEST_LIST) {
            None => Ok(()),
            Some((name, length)) => Err(ApiError::bad_input(format!(
                "`filter.{name}` has {length} values; {LONGEST_LIST} are the most."
            ))),
        }
    }

    fn check_ranges(&self) -> Result<(), ApiError> {
        let reversed = |range: &Option<IntRange>| {
            range.is_some_and(|range| range.min.zip(range.max).is_some_and(|(min, max)| min > max))
        };
        let price =
            self.price.is_some_and(|range| range.min.zip(range.max).is_some_and(|(min, max)| min > max));
        let ranges = [
            ("price", price),
            ("memoryGb", reversed(&self.memory_gb)),
            ("boardPowerWatts", reversed(&self.board_power_watts)),
            ("lengthMm", reversed(&self.length_mm)),
        ];
        match ranges.into_iter().find(|(_, reversed)| *reversed) {
            None => Ok(()),
            Some((name, _)) => {
                Err(ApiError::bad_input(format!("`filter.{name}.min` is above `filter.{name}.max`.")))
            }
        }
    }

    /// The same filter as the index understands it. `base_digits` are the digits of the base currency.
    pub(crate) fn to_index(&self, base_digits: u32) -> Filter {
        let in_mb = |end: Option<i32>| end.map(|gb| i64::from(gb) * 1024);
        let as_it_is = |end: Option<i32>| end.map(i64::from);
        let span = |range: IntRange, end: &dyn Fn(Option<i32>) -> Option<i64>| Span {
            min: end(range.min),
            max: end(range.max),
        };
        let all = |parts: &Vec<Self>| parts.iter().map(|part| part.to_index(base_digits)).collect();
        Filter {
            price_minor: self.price.map(|range| price_span(range, base_digits)),
            technologies: self.technologies.as_ref().map(SetFilter::to_index),
            outputs: self.outputs.as_ref().map(SetFilter::to_index),
            brands: self.brands.clone(),
            gpus: self.gpus.clone(),
            chip_makers: self
                .chip_makers
                .as_ref()
                .map(|makers| names(makers.iter().map(|maker| maker.name()))),
            memory_mb: self.memory_gb.map(|range| span(range, &in_mb)),
            board_power_watts: self.board_power_watts.map(|range| span(range, &as_it_is)),
            length_mm: self.length_mm.map(|range| span(range, &as_it_is)),
            availabilities: self
                .availability
                .as_ref()
                .map(|availabilities| names(availabilities.iter().map(|availability| availability.name()))),
            shops: self.shops.clone(),
            updated_since: self.updated_since,
            search: None,
            and: self.and.as_ref().map(all),
            or: self.or.as_ref().map(all),
            not: self.not.as_ref().map(|part| Box::new(part.to_index(base_digits))),
        }
    }
}

impl SetFilter {
    fn to_index(&self) -> catalogue_index::SetFilter {
        let Self { all_of, any_of, none_of } = self.clone();
        catalogue_index::SetFilter { all_of, any_of, none_of }
    }
}

fn names(names: impl Iterator<Item = &'static str>) -> Vec<String> {
    names.map(str::to_owned).collect()
}

fn price_span(range: DecimalRange, base_digits: u32) -> Span {
    let minor = |price: Decimal| price.0.checked_mul(rust_decimal::Decimal::from(10_u64.pow(base_digits)));
    // Beyond what a price can be, an end is as good as the border.
    let beyond = |price: Decimal| if price.0.is_sign_negative() { i64::MIN } else { i64::MAX };
    Span {
        min: range
            .min
            .map(|min| minor(min).and_then(|price| price.ceil().try_into().ok()).unwrap_or(beyond(min))),
        max: range
            .max
            .map(|max| minor(max).and_then(|price| price.floor().try_into().ok()).unwrap_or(beyond(max))),
    }
}
