//! Codes and pictures: what all shops give, each once.

use std::collections::BTreeMap;

use super::Member;
use super::choice::Choice;
use super::fields::{GTINS, IMAGES, MPNS};
use crate::identity::MpnKey;

/// More pictures than this are not shown.
const MAX_IMAGES: usize = 24;

/// Part numbers as shops write them, and barcodes; without those that were not believed.
pub(super) fn choose(choice: &mut Choice<'_>) -> (Vec<String>, Vec<String>) {
    let mut written: BTreeMap<MpnKey, String> = BTreeMap::new();
    let mut gtins: Vec<String> = Vec::new();
    for member in choice.ranked(MPNS) {
        let of_member = mpns(member);
        if !of_member.is_empty() {
            choice.source(MPNS, member, of_member.join(", "), true, false);
        }
        for mpn in of_member {
            written.entry(MpnKey::of(&mpn)).or_insert(mpn);
        }
        let of_member: Vec<&str> = member.identity.gtins.iter().map(crate::identity::Gtin::as_str).collect();
        if !of_member.is_empty() {
            choice.source(GTINS, member, of_member.join(", "), true, false);
        }
        gtins.extend(of_member.into_iter().map(str::to_owned));
    }
    gtins.sort();
    gtins.dedup();
    (written.into_values().collect(), gtins)
}

/// What a member's fields give, and those of its title that no field gives.
fn mpns(member: &Member<'_>) -> Vec<String> {
    let is_believed = |mpn: &&String| {
        let key = MpnKey::of(mpn);
        let disbelieved = member.identity.disbelieved.iter();
        !key.as_str().is_empty()
            && disbelieved.clone().all(|other| other.code != **mpn && other.code != key.as_str())
    };
    let mut mpns: Vec<String> =
        member.listing.mpns.iter().filter(is_believed).map(|mpn| mpn.trim().to_owned()).collect();
    for key in &member.identity.mpns {
        let is_given = mpns.iter().any(|mpn| MpnKey::of(mpn).as_str().contains(key.as_str()));
        if !is_given {
            mpns.push(key.as_str().to_owned());
        }
    }
    mpns
}

/// The pictures of all shops, the best shop's first.
pub(super) fn images(choice: &mut Choice<'_>) -> Vec<String> {
    let mut images: Vec<String> = Vec::new();
    for member in choice.ranked(IMAGES) {
        for image in &member.listing.images {
            if images.len() < MAX_IMAGES && !images.contains(image) {
                images.push(image.clone());
            }
        }
        if let Some(first) = member.listing.images.first() {
            choice.source(IMAGES, member, first.clone(), images.contains(first), false);
        }
    }
    images
}
