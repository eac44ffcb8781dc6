//! What follows from reading something again that was refused.
//!
//! A parser that was mended reads what an earlier one could not, from the bytes that were kept. What it reads was
//! true when it was sent. It says nothing against what was learnt later: neither against a later sighting nor
//! against a later absence.

use chrono::{DateTime, Utc};

use super::{Known, Presence};

/// Where the bytes come from that are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// They were refused at that moment.
    Refused(DateTime<Utc>),
    /// They are what the shop last sent of the listing, of which some fields could not be read.
    Received,
}

/// When a listing was last seen, and since when it is not seen any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// When it was last in the shop.
    pub last_seen_at: DateTime<Utc>,
    /// Since when it is missing or gone.
    pub absent_since: Option<DateTime<Utc>>,
}

/// Why what was read again is not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outdated {
    /// The listing was seen later.
    #[error("the listing was seen later")]
    SeenLater,
    /// The listing was not in the shop any more later.
    #[error("the listing was missed later")]
    MissedLater,
    /// Something of the listing waits to be believed.
    #[error("something of the listing waits to be believed")]
    Waits,
}

/// The moment as of which something that was read again is applied, or why it is not.
pub fn applies(known: Option<(&Known, Sighting)>, source: Source) -> Result<DateTime<Utc>, Outdated> {
    match (known, source) {
        (None, Source::Refused(at)) => Ok(at),
        // What was received belongs to a listing: without one there is nothing that could have been missed.
        (None, Source::Received) => Err(Outdated::MissedLater),
        (Some((_, sighting)), Source::Refused(at)) => {
            if sighting.last_seen_at > at {
                Err(Outdated::SeenLater)
            } else if sighting.absent_since.is_some_and(|since| since > at) {
                Err(Outdated::MissedLater)
            } else {
                Ok(at)
            }
        }
        (Some((known, sighting)), Source::Received) => {
            if known.presence != Presence::Present {
                Err(Outdated::MissedLater)
            } else if known.held_price.is_some() || known.older.is_some() {
                Err(Outdated::Waits)
            } else {
                Ok(sighting.last_seen_at)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    #[test]
    fn what_was_refused_is_applied_unless_something_newer_is_known() {
        let seen = |last_seen_at, absent_since| Sighting { last_seen_at, absent_since };
        let missing = Known { presence: Presence::Missing { since: at(20), crawls: 1 }, ..known() };
        let waiting = Known { older: Some(older()), ..known() };
        let refused = Source::Refused(at(10));
        let cases = [
            ("never seen", None, refused, Ok(at(10))),
            ("last seen then", Some((known(), seen(at(10), None))), refused, Ok(at(10))),
            ("seen before", Some((known(), seen(at(5), None))), refused, Ok(at(10))),
            ("seen later", Some((known(), seen(at(11), None))), refused, Err(Outdated::SeenLater)),
            (
                "missed later",
                Some((missing.clone(), seen(at(5), Some(at(20))))),
                refused,
                Err(Outdated::MissedLater),
            ),
            ("missed before", Some((missing.clone(), seen(at(5), Some(at(7))))), refused, Ok(at(10))),
            ("received", Some((known(), seen(at(30), None))), Source::Received, Ok(at(30))),
            (
                "received, missing",
                Some((missing, seen(at(5), Some(at(20))))),
                Source::Received,
                Err(Outdated::MissedLater),
            ),
            (
                "received, waiting",
                Some((waiting, seen(at(30), None))),
                Source::Received,
                Err(Outdated::Waits),
            ),
        ];
        for (case, known, source, expected) in cases {
            let known = known.as_ref().map(|(known, sighting)| (known, *sighting));
            assert_eq!(applies(known, source), expected, "{case}");
        }
    }
}
