//! What speaks for and against two listings being one product, when their titles name the same house, chip and
//! line.

use super::facts::{Facts, size_text};
use crate::identity::{CodeSystem, MpnKey, generation, sizes_mb};
use crate::vocabulary::chips::{SEVERAL_MEMORY_TYPES, WITH_AND_WITHOUT_LHR};

/// From this score on, titles alone make one product.
pub(super) const ENOUGH: f64 = 0.8;
/// From this score on, a pair is worth a person's look.
pub(super) const WORTH_A_LOOK: f64 = 0.5;

/// The weighed evidence.
#[derive(Debug)]
pub(super) struct Evidence {
    /// From 0 to 1.
    pub(super) score: f64,
    /// Whether the titles say different things, rather than one saying less.
    pub(super) differs: bool,
    /// What speaks against it, each as a sentence.
    pub(super) against: Vec<&'static str>,
}

impl Evidence {
    fn against(&mut self, weight: f64, reason: &'static str) {
        self.score -= weight;
        self.against.push(reason);
    }

    fn differs(&mut self, weight: f64, reason: &'static str) {
        self.differs = true;
        self.against(weight, reason);
    }
}

/// Weighs what two products say beside house, chip and line. Contradictions are for [`Facts::contradiction`].
pub(super) fn weigh(a: &Facts<'_>, b: &Facts<'_>) -> Evidence {
    let mut evidence = Evidence { score: 0.95, differs: false, against: Vec::new() };
    weigh_memory(a, b, &mut evidence);
    if a.oc.contains(&true) != b.oc.contains(&true) {
        evidence.differs(0.3, "Only one is said to be overclocked by its maker (OC).");
    }
    if a.revisions != b.revisions {
        evidence.differs(0.3, "Only one is said to be a later revision.");
    }
    if a.colours != b.colours {
        evidence.differs(0.3, "Only one is said to have another colour than black.");
    }
    if a.fans != b.fans {
        evidence.score -= 0.05;
    }
    let gpu = a.gpus.first().copied().unwrap_or_default();
    if a.lhr.contains(&true) != b.lhr.contains(&true) && WITH_AND_WITHOUT_LHR.contains(&gpu) {
        evidence.differs(0.3, "Only one is said to have a limited hash rate (LHR).");
    }
    weigh_unknown_words(a, b, &mut evidence);
    weigh_codes(a, b, &mut evidence);
    evidence.score = evidence.score.clamp(0.0, 1.0);
    evidence
}

fn weigh_memory(a: &Facts<'_>, b: &Facts<'_>, evidence: &mut Evidence) {
    let gpu = a.gpus.first().copied().unwrap_or_default();
    let usual_mb = sizes_mb(gpu).first().copied().unwrap_or_default();
    match (a.memory_mb.first(), b.memory_mb.first()) {
        (Some(_), Some(_)) => {}
        (Some(said), None) | (None, Some(said)) if *said == usual_mb => evidence.score -= 0.03,
        (None, None) if usual_mb > 0 => evidence.score -= 0.05,
        _ => evidence
            .against(0.3, "Not both say how much memory there is, and the chip is sold with several sizes."),
    }
    let types = |facts: &Facts<'_>| facts.memory_types.first().map(|name| generation(name).to_owned());
    if let (Some(mine), Some(theirs)) = (types(a), types(b))
        && mine != theirs
        && SEVERAL_MEMORY_TYPES.contains(&gpu)
    {
        evidence.differs(0.3, "The types of memory differ.");
    }
}

/// Words amid the names that no vocabulary knows may be lines that are new to us.
fn weigh_unknown_words(a: &Facts<'_>, b: &Facts<'_>, evidence: &mut Evidence) {
    let only_a = a.unknown_words.difference(&b.unknown_words).count();
    let only_b = b.unknown_words.difference(&a.unknown_words).count();
    match (only_a, only_b) {
        (0, 0) => {}
        (0, count) | (count, 0) if count < 3 => {
            let weight = if count == 1 { 0.08 } else { 0.14 };
            evidence.against(weight, "One title has words in its name that are not known.");
        }
        _ => evidence.differs(0.3, "Both titles have words in their names that are not known."),
    }
}

fn weigh_codes(a: &Facts<'_>, b: &Facts<'_>, evidence: &mut Evidence) {
    if !a.gtins.is_empty() && !b.gtins.is_empty() && a.gtins.is_disjoint(&b.gtins) {
        evidence.against(0.2, "Their barcodes differ.");
    }
    let others = |facts: &Facts<'_>| -> Vec<String> {
        let of_other = facts.codes.iter().filter(|(system, _)| *system == CodeSystem::Other);
        of_other.map(|(_, code)| MpnKey::as_str(code).to_owned()).collect()
    };
    let (mine, theirs) = (others(a), others(b));
    let is_like = |code: &String| theirs.iter().any(|other| shape(code) == shape(other));
    if mine.iter().any(is_like) && !mine.iter().any(|code| theirs.contains(code)) {
        evidence.against(0.2, "Their part numbers have one form but differ.");
    }
}

/// The first characters' kinds and the length: codes of one numbering share them.
fn shape(code: &str) -> (usize, [u8; 4]) {
    let mut kinds = [b'-'; 4];
    for (kind, byte) in kinds.iter_mut().zip(code.bytes()) {
        *kind = if byte.is_ascii_digit() { b'0' } else { byte };
    }
    (code.len(), kinds)
}

/// What two titles agree in, as a sentence for shoppers.
pub(super) fn agreement(a: &Facts<'_>, b: &Facts<'_>, line: &str) -> String {
    let brand = a.brand_names.first().or(b.brand_names.first()).copied().unwrap_or_default();
    let gpu = a.gpu_names.first().or(b.gpu_names.first()).copied().unwrap_or_default();
    let memory = match (a.memory_mb.first(), b.memory_mb.first()) {
        (Some(size), Some(_)) => format!(" and {} of memory", size_text(*size)),
        _ => String::new(),
    };
    format!(
        "The titles name the same brand ({brand}), chip ({gpu}), line ({line}){memory}, and nothing tells them apart."
    )
}
