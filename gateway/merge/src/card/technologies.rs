//! Supported technologies: what any shop knows of, since a shop that leaves one out doesn't deny it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use events::SupportedTechnology;

use super::choice::Choice;
use super::fields::TECHNOLOGIES;

/// Every technology that a shop names, by code, with the highest version that any of them names.
pub(super) fn choose(choice: &mut Choice<'_>) -> Vec<SupportedTechnology> {
    let ranked = choice.ranked(TECHNOLOGIES);
    let mut all: BTreeMap<&str, SupportedTechnology> = BTreeMap::new();
    let mut conflict = false;
    for technology in ranked.iter().filter_map(|member| member.listing.technologies.as_ref()).flatten() {
        let known = all.entry(&technology.code).or_insert_with(|| technology.clone());
        let (Some(mine), Some(theirs)) = (&known.version, &technology.version) else {
            if known.version.is_none() {
                known.version.clone_from(&technology.version);
            }
            continue;
        };
        let order = compare_versions(theirs, mine);
        conflict |= order != Ordering::Equal;
        if order == Ordering::Greater {
            known.version.clone_from(&technology.version);
        }
    }
    for member in &ranked {
        let Some(technologies) = &member.listing.technologies else { continue };
        let mut names: Vec<String> = technologies.iter().map(text).collect();
        names.sort();
        let chosen = technologies.iter().all(|technology| {
            let known = all.get(technology.code.as_str());
            technology.version.is_none() || known.is_some_and(|known| known.version == technology.version)
        });
        let value = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        choice.source(TECHNOLOGIES, member, value, chosen, conflict);
    }
    all.into_values().collect()
}

fn text(technology: &SupportedTechnology) -> String {
    let version = technology.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    format!("{}{version}", technology.name)
}

/// `3.10` is higher than `3.5`, and `3.0` is `3`; what is no number is compared as text.
fn compare_versions(one: &str, other: &str) -> Ordering {
    let parts = |version: &str| -> Vec<(u64, String)> {
        let mut parts: Vec<_> = version
            .split(['.', ' '])
            .map(|part| {
                let digits = part.bytes().take_while(u8::is_ascii_digit).count();
                (part[..digits].parse().unwrap_or(0), part[digits..].to_lowercase())
            })
            .collect();
        while parts.last().is_some_and(|(number, text)| *number == 0 && text.is_empty()) {
            parts.pop();
        }
        parts
    };
    parts(one).cmp(&parts(other))
}
