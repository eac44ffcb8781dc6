//! The filter of video cards, as clients write it and as SQL.
//!
//! Every condition comes out as true or false, never as null, so that `not` means what it says: a card whose
//! memory is not known doesn't have 8 to 16 GB, and is in the `not` of that.

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};

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
        [Self::InStock, Self::Preorder, Self::OnOrder, Self::OutOfStock, Self::Discontinued]
            .into_iter()
            .find(|availability| availability.word() == word)
            .unwrap_or(Self::Unknown)
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
        [Self::Nvidia, Self::Amd, Self::Intel]
            .into_iter()
            .find(|maker| maker.word() == word)
            .unwrap_or(Self::Other)
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

    /// Every text of the filter that is compared with the database's.
    fn texts(&self) -> impl Iterator<Item = &String> {
        let sets = self.technologies.iter().chain(&self.outputs);
        let of_sets = sets.flat_map(|set| [&set.all_of, &set.any_of, &set.none_of]);
        let lists = of_sets.chain([&self.brands, &self.gpus, &self.shops]);
        lists.flatten().flatten()
    }

    fn check_lists(&self) -> Result<(), ApiError> {
        if self.texts().any(|text| text.contains('\0')) {
            return Err(ApiError::bad_input(
                "`filter` has a text with the character U+0000; nothing is named so.",
            ));
        }
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

    /// Adds ` and (…)` for each condition to a statement whose `where` has begun.
    pub(crate) fn push(&self, sql: &mut QueryBuilder<Postgres>, base_digits: u32) {
        if let Some(range) = self.price {
            push_price(sql, range, base_digits);
        }
        for (column, set) in [("technology_codes", &self.technologies), ("output_kinds", &self.outputs)] {
            if let Some(set) = set {
                set.push(sql, column);
            }
        }
        if let Some(slugs) = &self.brands {
            sql.push(" and coalesce(brand_id = any(array(select brand.id from gateway.brand where brand.slug = any(")
                .push_bind(slugs.clone())
                .push("))), false)");
        }
        if let Some(slugs) = &self.gpus {
            sql.push(" and coalesce(gpu_id = any(array(select gpu.id from gateway.gpu where gpu.slug = any(")
                .push_bind(slugs.clone())
                .push("))), false)");
        }
        if let Some(makers) = &self.chip_makers {
            let words: Vec<&str> = makers.iter().map(|maker| maker.word()).collect();
            sql.push(
                " and coalesce(gpu_id = any(array(select gpu.id from gateway.gpu where gpu.maker = any(",
            )
            .push_bind(words)
            .push("))), false)");
        }
        let in_mb = |range: IntRange| {
            (range.min.map(|gb| i64::from(gb) * 1024), range.max.map(|gb| i64::from(gb) * 1024))
        };
        let as_it_is = |range: IntRange| (range.min.map(i64::from), range.max.map(i64::from));
        let ranges = [
            ("memory_mb", self.memory_gb.map(in_mb)),
            ("board_power_watts", self.board_power_watts.map(as_it_is)),
            ("length_mm", self.length_mm.map(as_it_is)),
        ];
        for (column, range) in ranges {
            if let Some((min, max)) = range {
                push_range(sql, column, min, max);
            }
        }
        if let Some(availabilities) = &self.availability {
            let words: Vec<&str> = availabilities.iter().map(|availability| availability.word()).collect();
            sql.push(" and availabilities && ").push_bind(words).push("::text[]");
        }
        if let Some(slugs) = &self.shops {
            sql.push(" and shop_slugs && ").push_bind(slugs.clone());
        }
        if let Some(since) = self.updated_since {
            sql.push(" and updated_at >= ").push_bind(since);
        }
        self.push_parts(sql, base_digits);
    }

    fn push_parts(&self, sql: &mut QueryBuilder<Postgres>, base_digits: u32) {
        for part in self.and.iter().flatten() {
            sql.push(" and (true");
            part.push(sql, base_digits);
            sql.push(")");
        }
        if let Some(parts) = &self.or {
            sql.push(" and (false");
            for part in parts {
                sql.push(" or (true");
                part.push(sql, base_digits);
                sql.push(")");
            }
            sql.push(")");
        }
        if let Some(part) = &self.not {
            sql.push(" and not (true");
            part.push(sql, base_digits);
            sql.push(")");
        }
    }
}

impl SetFilter {
    fn push(&self, sql: &mut QueryBuilder<Postgres>, column: &str) {
        for (values, operator, none) in
            [(&self.all_of, "@>", false), (&self.any_of, "&&", false), (&self.none_of, "&&", true)]
        {
            let Some(values) = values else { continue };
            sql.push(if none { " and not " } else { " and " });
            sql.push(column).push(" ").push(operator).push(" ").push_bind(values.clone());
        }
    }
}

fn push_price(sql: &mut QueryBuilder<Postgres>, range: DecimalRange, base_digits: u32) {
    let minor = |price: Decimal| price.0.checked_mul(rust_decimal::Decimal::from(10_u64.pow(base_digits)));
    // Beyond what a price can be, an end is as good as the border.
    let min =
        range.min.map(|min| minor(min).and_then(|price| price.ceil().try_into().ok()).unwrap_or(beyond(min)));
    let max = range
        .max
        .map(|max| minor(max).and_then(|price| price.floor().try_into().ok()).unwrap_or(beyond(max)));
    push_range(sql, "best_price_minor", min, max);
}

fn beyond(price: Decimal) -> i64 {
    if price.0.is_sign_negative() { i64::MIN } else { i64::MAX }
}

fn push_range(sql: &mut QueryBuilder<Postgres>, column: &str, min: Option<i64>, max: Option<i64>) {
    sql.push(" and coalesce(true");
    for (operator, end) in [(">=", min), ("<=", max)] {
        if let Some(end) = end {
            sql.push(" and ").push(column).push(" ").push(operator).push(" ").push_bind(end);
        }
    }
    // A range that is open at both ends still asks for the value to be known.
    if min.is_none() && max.is_none() {
        sql.push(" and ").push(column).push(" is not null");
    }
    sql.push(", false)");
}
