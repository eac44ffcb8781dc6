//! What is known of the listings that are held to be one product, and when that rules another one out.

use std::collections::BTreeSet;

use crate::identity::{CodeSystem, Colour, Gtin, Identity, MpnKey, is_family, system_of};
use crate::vocabulary::brands::CHIP_MAKERS;

/// What the listings of one product say, taken together.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts<'i> {
    pub(super) brands: BTreeSet<&'i str>,
    pub(super) brand_names: BTreeSet<&'i str>,
    pub(super) gpus: BTreeSet<&'i str>,
    pub(super) gpu_names: BTreeSet<&'i str>,
    pub(super) memory_mb: BTreeSet<u32>,
    pub(super) memory_types: BTreeSet<&'i str>,
    pub(super) oc: BTreeSet<bool>,
    /// The same of those listings alone that carry a part number, by which it is sure.
    pub(super) coded_oc: BTreeSet<bool>,
    pub(super) lhr: BTreeSet<bool>,
    pub(super) revisions: BTreeSet<u8>,
    pub(super) colours: BTreeSet<Colour>,
    pub(super) fans: BTreeSet<u8>,
    pub(super) families: BTreeSet<&'i str>,
    pub(super) codes: BTreeSet<(CodeSystem, &'i MpnKey)>,
    pub(super) gtins: BTreeSet<&'i Gtin>,
    /// Unknown words that every listing has.
    pub(super) unknown_words: BTreeSet<&'i str>,
    pub(super) shops: BTreeSet<&'i str>,
}

impl<'i> Facts<'i> {
    pub(super) fn of(identity: &'i Identity, shop: &'i str) -> Self {
        let house = identity.brand.as_ref().map_or("", |brand| brand.slug.as_str());
        let is_house = !CHIP_MAKERS.iter().any(|maker| maker.slug == house) && !house.is_empty();
        let line = identity.line.iter().map(String::as_str);
        Self {
            brands: is_house.then_some(house).into_iter().collect(),
            brand_names: identity.brand.iter().map(|brand| brand.name.as_str()).collect(),
            gpus: identity.gpu.iter().map(|gpu| gpu.slug.as_str()).collect(),
            gpu_names: identity.gpu.iter().map(|gpu| gpu.name.as_str()).collect(),
            memory_mb: identity.memory_mb.into_iter().collect(),
            memory_types: identity.memory_type.as_deref().into_iter().collect(),
            oc: identity.oc.into_iter().collect(),
            coded_oc: identity.oc.filter(|_| !identity.mpns.is_empty()).into_iter().collect(),
            lhr: identity.lhr.into_iter().collect(),
            revisions: identity.revision.into_iter().collect(),
            colours: identity.colour.into_iter().collect(),
            fans: identity.fans.into_iter().collect(),
            families: line.filter(|word| is_family(word)).collect(),
            codes: identity.mpns.iter().map(|mpn| (system_of(house, mpn), mpn)).collect(),
            gtins: identity.gtins.iter().collect(),
            unknown_words: identity.unknown_words.iter().map(String::as_str).collect(),
            shops: BTreeSet::from([shop]),
        }
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.brands.extend(other.brands);
        self.brand_names.extend(other.brand_names);
        self.gpus.extend(other.gpus);
        self.gpu_names.extend(other.gpu_names);
        self.memory_mb.extend(other.memory_mb);
        self.memory_types.extend(other.memory_types);
        self.oc.extend(other.oc);
        self.coded_oc.extend(other.coded_oc);
        self.lhr.extend(other.lhr);
        self.revisions.extend(other.revisions);
        self.colours.extend(other.colours);
        self.fans.extend(other.fans);
        self.families.extend(other.families);
        self.codes.extend(other.codes);
        self.gtins.extend(other.gtins);
        self.unknown_words.retain(|word| other.unknown_words.contains(word));
        self.shops.extend(other.shops);
    }

    /// Why these can't be one product, as a sentence; `None` if nothing rules it out.
    pub(super) fn contradiction(&self, other: &Self) -> Option<String> {
        let differ = |what: &str, mine: String, theirs: String| Some(format!("{what}: {mine} and {theirs}."));
        if are_apart(&self.brands, &other.brands) {
            return differ("The brands differ", list(&self.brand_names), list(&other.brand_names));
        }
        if are_apart(&self.gpus, &other.gpus) {
            return differ("The chips differ", list(&self.gpu_names), list(&other.gpu_names));
        }
        if are_apart(&self.memory_mb, &other.memory_mb) {
            return differ("The sizes of memory differ", sizes(&self.memory_mb), sizes(&other.memory_mb));
        }
        if are_apart(&self.families, &other.families) {
            return differ("The lines differ", list(&self.families), list(&other.families));
        }
        if are_apart(&self.coded_oc, &other.coded_oc) {
            return Some("One is overclocked by its maker, the other is not.".to_owned());
        }
        if are_apart(&self.revisions, &other.revisions) {
            return differ("The revisions differ", list(&self.revisions), list(&other.revisions));
        }
        if are_apart(&self.colours, &other.colours) {
            return Some("The colours differ.".to_owned());
        }
        if are_apart(&self.fans, &other.fans) {
            return differ("The numbers of fans differ", list(&self.fans), list(&other.fans));
        }
        if are_apart(&self.lhr, &other.lhr) {
            return Some("One has a limited hash rate (LHR), the other has not.".to_owned());
        }
        self.contradicting_codes(other)
    }

    fn contradicting_codes(&self, other: &Self) -> Option<String> {
        for (system, code) in self.codes.iter().filter(|(system, _)| *system != CodeSystem::Other) {
            let of_other: Vec<&MpnKey> =
                other.codes.iter().filter(|(theirs, _)| theirs == system).map(|(_, code)| *code).collect();
            let shared = self.codes.iter().any(|(mine, code)| mine == system && of_other.contains(code));
            if let Some(theirs) = of_other.first().filter(|_| !shared) {
                let (mine, theirs) = (code.as_str(), theirs.as_str());
                return Some(format!("The maker gave them different part numbers: {mine} and {theirs}."));
            }
        }
        None
    }
}

fn are_apart<T: Ord>(mine: &BTreeSet<T>, theirs: &BTreeSet<T>) -> bool {
    !mine.is_empty() && !theirs.is_empty() && mine.is_disjoint(theirs)
}

fn list<T: ToString>(values: &BTreeSet<T>) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn sizes(sizes_mb: &BTreeSet<u32>) -> String {
    sizes_mb.iter().map(|size_mb| size_text(*size_mb)).collect::<Vec<_>>().join(", ")
}

/// A size of memory for people: `12 GB`.
pub(crate) fn size_text(memory_mb: u32) -> String {
    if memory_mb.is_multiple_of(1024) {
        format!("{} GB", memory_mb / 1024)
    } else {
        format!("{memory_mb} MB")
    }
}
