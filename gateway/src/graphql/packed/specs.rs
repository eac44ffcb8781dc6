//! Technical characteristics, packed.

use chrono::{Datelike, NaiveDate};
use events::Specs;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Defines the view of specs that have these numbers and words, and how one is made of the other.
macro_rules! view_of_specs {
    (numbers: $($number:ident),*; words: $($word:ident),*) => {
        /// Technical characteristics; units as in [`Specs`].
        #[derive(Debug, Serialize, Deserialize)]
        pub(in crate::graphql) struct SpecsView<'p> {
            $(pub(in crate::graphql) $number: Option<u32>,)*
            $(pub(in crate::graphql) $word: Option<&'p str>,)*
            #[serde(serialize_with = "day_number", deserialize_with = "day_of_number")]
            pub(in crate::graphql) released_on: Option<NaiveDate>,
        }

        impl<'p> From<&'p Specs> for SpecsView<'p> {
            fn from(specs: &'p Specs) -> Self {
                Self {
                    $($number: specs.$number,)*
                    $($word: specs.$word.as_deref(),)*
                    released_on: specs.released_on,
                }
            }
        }

        impl From<&SpecsView<'_>> for Specs {
            fn from(specs: &SpecsView<'_>) -> Self {
                Self {
                    $($number: specs.$number,)*
                    $($word: specs.$word.map(str::to_owned),)*
                    released_on: specs.released_on,
                }
            }
        }
    };
}

view_of_specs! {
    numbers: memory_mb, memory_bus_bits, memory_bandwidth_mbps, base_clock_mhz, boost_clock_mhz, stream_processors,
        board_power_watts, recommended_psu_watts, length_mm, slot_width_hundredths, process_nm;
    words: memory_type, architecture
}

/// Days are numbers: to read one from text takes longer than all else of a card.
#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "it is how serde gives fields")]
fn day_number<S: Serializer>(day: &Option<NaiveDate>, to: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.num_days_from_ce()).serialize(to)
}

fn day_of_number<'p, D: Deserializer<'p>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    Ok(Option::<i32>::deserialize(from)?.and_then(NaiveDate::from_num_days_from_ce_opt))
}
