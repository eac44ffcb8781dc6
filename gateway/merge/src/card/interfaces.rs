//! Bus, outputs and power connectors.

use std::collections::BTreeMap;

use events::{Bus, Interfaces, Output, PowerConnector};

use super::choice::{Choice, Said};
use super::fields::{self, Field};

/// Chooses the interfaces.
pub(super) fn choose(choice: &mut Choice<'_>) -> Interfaces {
    Interfaces { bus: bus(choice), outputs: outputs(choice), power_connectors: power_connectors(choice) }
}

/// Kind, version and lanes are fields of their own: one shop may leave out what another says. They are taken only
/// from shops that mean the same kind of bus.
fn bus(choice: &mut Choice<'_>) -> Option<Bus> {
    let kind = bus_part(choice, fields::BUS, |bus| Some(bus.kind.clone()), Clone::clone)?;
    let is_kind = |bus: &Bus| bus.kind.eq_ignore_ascii_case(&kind);
    let version = bus_part(
        choice,
        fields::BUS_VERSION,
        |bus| bus.version.clone().filter(|_| is_kind(bus)),
        Clone::clone,
    );
    let lanes = bus_part(
        choice,
        fields::BUS_LANES,
        |bus| bus.lanes.filter(|_| is_kind(bus)),
        |lanes| format!("x{lanes}"),
    );
    Some(Bus { kind, version, lanes })
}

fn bus_part<T: Clone + PartialEq>(
    choice: &mut Choice<'_>,
    field: Field,
    get: impl Fn(&Bus) -> Option<T>,
    text: impl Fn(&T) -> String,
) -> Option<T> {
    let members = choice.members;
    let said = members.iter().filter_map(|member| {
        let value = get(member.listing.interfaces.bus.as_ref()?)?;
        Some(Said::new(member, value))
    });
    choice.choose(field, &said.collect::<Vec<_>>(), PartialEq::eq, text)
}

fn outputs(choice: &mut Choice<'_>) -> Option<Vec<Output>> {
    let members = choice.members;
    let said = members.iter().filter_map(|member| {
        let mut outputs = member.listing.interfaces.outputs.clone()?;
        outputs.sort();
        let detail = outputs.iter().filter(|output| output.version.is_some()).count();
        Some(Said { detail, ..Said::new(member, outputs) })
    });
    let text = |outputs: &Vec<Output>| {
        let each = outputs.iter().map(|output| {
            let version = output.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
            format!("{}x {}{version}", output.count, kind_name(&output.kind))
        });
        listed(each)
    };
    choice.choose(fields::OUTPUTS, &said.collect::<Vec<_>>(), |one, other| outputs_agree(one, other), text)
}

fn kind_name(kind: &str) -> &str {
    match kind {
        "hdmi" => "HDMI",
        "displayport" => "DisplayPort",
        "dvi" => "DVI",
        "vga" => "VGA",
        "usb-c" => "USB-C",
        _ => kind,
    }
}

fn listed(each: impl Iterator<Item = String>) -> String {
    let text = each.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "none".to_owned() } else { text }
}

/// Whether two lists name the same numbers of ports, and no version that rules another out: `2.1` and `2.1a` are
/// one, and a list without versions says nothing about them.
fn outputs_agree(one: &[Output], other: &[Output]) -> bool {
    let counts = |outputs: &[Output]| {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for output in outputs {
            *counts.entry(output.kind.clone()).or_default() += output.count;
        }
        counts
    };
    let versions_agree = one.iter().all(|mine| {
        let Some(version) = mine.version.as_deref() else { return true };
        let mut theirs = other
            .iter()
            .filter(|theirs| theirs.kind == mine.kind)
            .filter_map(|theirs| theirs.version.as_deref())
            .peekable();
        theirs.peek().is_none()
            || theirs.any(|theirs| theirs.starts_with(version) || version.starts_with(theirs))
    });
    counts(one) == counts(other) && versions_agree
}

fn power_connectors(choice: &mut Choice<'_>) -> Option<Vec<PowerConnector>> {
    let members = choice.members;
    let said = members.iter().filter_map(|member| {
        let mut connectors = member.listing.interfaces.power_connectors.clone()?;
        connectors.sort();
        Some(Said { detail: connectors.len(), ..Said::new(member, connectors) })
    });
    let text = |connectors: &Vec<PowerConnector>| {
        listed(connectors.iter().map(|connector| format!("{}x {}", connector.count, connector.kind)))
    };
    choice.choose(fields::POWER_CONNECTORS, &said.collect::<Vec<_>>(), PartialEq::eq, text)
}
