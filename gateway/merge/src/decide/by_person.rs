//! What people decided, which wins over every rule.

use super::clusters::{Clusters, Link};
use super::{MatchKind, Override};

/// Notes the splits, then makes the joins, in an order of its own. A join that would bring together what a person
/// has split is not made: of two decisions that can't both hold, the one that keeps apart does less harm.
pub(super) fn decide(clusters: &mut Clusters<'_>, overrides: &[Override]) {
    let mut joins = Vec::new();
    for decision in overrides {
        let (Override::Join(a, b) | Override::Split(a, b)) = *decision;
        let (Some(a), Some(b)) = (clusters.position(a), clusters.position(b)) else { continue };
        match decision {
            Override::Split(..) => clusters.split(a, b),
            Override::Join(..) => joins.push((a.min(b), a.max(b))),
        }
    }
    joins.sort_unstable();
    for (a, b) in joins {
        if !clusters.are_split(a, b) {
            let reason = "A person decided that they are one product.".to_owned();
            clusters.join(a, b, Link { kind: MatchKind::Override, confidence: 1.0, reason });
        }
    }
}
