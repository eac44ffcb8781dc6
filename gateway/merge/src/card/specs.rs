//! Technical characteristics, brand and chip.

use events::Specs;

use super::Member;
use super::choice::{Choice, Said};
use super::fields::{self, Field};
use crate::decide::size_text;
use crate::identity::{Brand, Gpu, is_never_sold_with};

/// Of two bandwidths, at most one in so many may differ before they are two: shops round them.
const BANDWIDTH_TOLERANCE: u32 = 100;

/// The distance of what was read from a title.
const OF_TITLE: u8 = 1;
/// The distance of a size that a field says against the listing's own title.
const AGAINST_ITS_TITLE: u8 = 2;
/// What a size with which the card's chip was never sold stands behind the others.
const NEVER_SOLD: u8 = 3;

/// Chooses the technical characteristics of a card with this chip.
pub(super) fn choose(choice: &mut Choice<'_>, chip: Option<&Gpu>) -> Specs {
    let number = |choice: &mut Choice<'_>, field, get: fn(&Specs) -> Option<u32>, unit: &str| {
        value(choice, field, get, |one, other| one == other, |value| format!("{value}{unit}"))
    };
    Specs {
        memory_mb: memory(choice, chip),
        memory_type: words(choice, fields::MEMORY_TYPE, |specs| specs.memory_type.clone()),
        memory_bus_bits: number(choice, fields::MEMORY_BUS, |specs| specs.memory_bus_bits, " bit"),
        memory_bandwidth_mbps: value(
            choice,
            fields::MEMORY_BANDWIDTH,
            |specs| specs.memory_bandwidth_mbps,
            |one, other| one.abs_diff(*other) <= one / BANDWIDTH_TOLERANCE,
            |mbps| format!("{} GB/s", hundredths(mbps / 10)),
        ),
        base_clock_mhz: number(choice, fields::BASE_CLOCK, |specs| specs.base_clock_mhz, " MHz"),
        boost_clock_mhz: number(choice, fields::BOOST_CLOCK, |specs| specs.boost_clock_mhz, " MHz"),
        stream_processors: number(choice, fields::STREAM_PROCESSORS, |specs| specs.stream_processors, ""),
        board_power_watts: number(choice, fields::BOARD_POWER, |specs| specs.board_power_watts, " W"),
        recommended_psu_watts: number(
            choice,
            fields::RECOMMENDED_PSU,
            |specs| specs.recommended_psu_watts,
            " W",
        ),
        // Rounded to whole millimetres, one length can be two numbers.
        length_mm: value(
            choice,
            fields::LENGTH,
            |specs| specs.length_mm,
            |one, other| one.abs_diff(*other) <= 1,
            |length| format!("{length} mm"),
        ),
        slot_width_hundredths: value(
            choice,
            fields::SLOT_WIDTH,
            |specs| specs.slot_width_hundredths,
            |one, other| one == other,
            |width| hundredths(*width),
        ),
        process_nm: number(choice, fields::PROCESS, |specs| specs.process_nm, " nm"),
        architecture: words(choice, fields::ARCHITECTURE, |specs| specs.architecture.clone()),
        released_on: value(
            choice,
            fields::RELEASED_ON,
            |specs| specs.released_on,
            |one, other| one == other,
            ToString::to_string,
        ),
    }
}

/// `3.25` of 325, `2.5` of 250, `2` of 200.
fn hundredths(value: u32) -> String {
    let text = format!("{}.{:02}", value / 100, value % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn value<T: Clone>(
    choice: &mut Choice<'_>,
    field: Field,
    get: impl Fn(&Specs) -> Option<T>,
    agree: impl Fn(&T, &T) -> bool,
    text: impl Fn(&T) -> String,
) -> Option<T> {
    let members = choice.members;
    let said = members.iter().filter_map(|member| Some(Said::new(member, get(&member.listing.specs)?)));
    choice.choose(field, &said.collect::<Vec<_>>(), agree, text)
}

fn words(choice: &mut Choice<'_>, field: Field, get: impl Fn(&Specs) -> Option<String>) -> Option<String> {
    value(choice, field, get, |one, other| one.eq_ignore_ascii_case(other), Clone::clone)
}

/// What a field says counts before what was read from any title, except that a listing whose title and field
/// disagree is taken as its identity takes it, by which it was grouped: the chip is the title's, so the size is
/// too. A size with which the chip was never sold yields to every other.
fn memory(choice: &mut Choice<'_>, chip: Option<&Gpu>) -> Option<u32> {
    let members = choice.members;
    let never_sold = |memory_mb| chip.is_some_and(|chip| is_never_sold_with(&chip.slug, memory_mb));
    let said = members.iter().flat_map(|member| {
        let (of_field, believed) = (member.listing.specs.memory_mb, member.identity.memory_mb);
        let of_field = of_field.map(|memory_mb| {
            let agrees = believed.is_none_or(|believed| believed == memory_mb);
            (memory_mb, if agrees { 0 } else { AGAINST_ITS_TITLE })
        });
        let of_title =
            believed.filter(|believed| of_field.is_none_or(|(memory_mb, _)| memory_mb != *believed));
        let sizes = of_field.into_iter().chain(of_title.map(|memory_mb| (memory_mb, OF_TITLE)));
        sizes.map(move |(memory_mb, distance)| {
            let distance = distance + if never_sold(memory_mb) { NEVER_SOLD } else { 0 };
            Said { distance, ..Said::new(member, memory_mb) }
        })
    });
    choice.choose(
        fields::MEMORY,
        &said.collect::<Vec<_>>(),
        |one, other| one == other,
        |memory_mb| size_text(*memory_mb),
    )
}

fn from_title<'m, T>(member: &'m Member<'m>, value: Option<T>) -> Option<Said<'m, T>> {
    Some(Said { distance: OF_TITLE, ..Said::new(member, value?) })
}

/// The house, under its one name.
pub(super) fn brand(choice: &mut Choice<'_>) -> Option<Brand> {
    let members = choice.members;
    let said = members.iter().filter_map(|member| {
        let brand = member.identity.brand.clone()?;
        Some(if member.listing.brand.is_some() {
            Said::new(member, brand)
        } else {
            from_title(member, Some(brand))?
        })
    });
    choice.choose(
        fields::BRAND,
        &said.collect::<Vec<_>>(),
        |one, other| one.slug == other.slug,
        |brand| brand.name.clone(),
    )
}

/// The chip, under its one name.
pub(super) fn chip(choice: &mut Choice<'_>) -> Option<Gpu> {
    let members = choice.members;
    let said = members.iter().filter_map(|member| {
        let gpu = member.identity.gpu.clone()?;
        Some(if member.listing.gpu.is_some() {
            Said::new(member, gpu)
        } else {
            from_title(member, Some(gpu))?
        })
    });
    choice.choose(
        fields::GPU,
        &said.collect::<Vec<_>>(),
        |one, other| one.slug == other.slug,
        |gpu| gpu.name.clone(),
    )
}
