//! How often a bucket is sent again. A consumer that can't apply a listing asks for its bucket after every crawl, for
//! ever: each answer would be one more message that it puts aside. So a bucket that is asked for again and again is
//! answered less and less often.

use std::{collections::HashMap, time::Duration};

use events::Buckets;
use tokio::time::Instant;

/// The pause after the first answer. It also drops what was asked before that answer had arrived.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// A bucket that was not asked for so long is asked for the first time.
const FORGOTTEN: Duration = Duration::from_mins(10);

/// What was asked for lately.
#[derive(Debug, Default)]
pub(super) struct Patience(HashMap<u8, Asked>);

#[derive(Clone, Copy, Debug)]
struct Asked {
    last: Instant,
    not_before: Instant,
    pause: Duration,
}

impl Patience {
    /// Of the buckets that are asked for now, those to answer.
    pub(super) fn due(&mut self, buckets: Buckets, now: Instant) -> Buckets {
        buckets.iter().filter(|&bucket| self.is_due(bucket, now)).collect()
    }

    fn is_due(&mut self, bucket: u8, now: Instant) -> bool {
        let before = self.0.get(&bucket).copied().filter(|asked| now - asked.last < FORGOTTEN);
        let (asked, is_due) = match before {
            Some(asked) if now < asked.not_before => (Asked { last: now, ..asked }, false),
            Some(asked) => {
                let pause = (asked.pause * 2).min(LONGEST_PAUSE);
                (Asked { last: now, not_before: now + pause, pause }, true)
            }
            None => (Asked { last: now, not_before: now + FIRST_PAUSE, pause: FIRST_PAUSE }, true),
        };
        self.0.insert(bucket, asked);
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_that_is_asked_for_again_and_again_is_answered_less_and_less_often() {
        let (began, mut patience) = (Instant::now(), Patience::default());
        let mut due = |second, bucket| {
            let now = began + Duration::from_secs(second);
            !patience.due(Buckets::from_iter([bucket]), now).is_empty()
        };
        for (second, expected) in
            [(0, true), (4, false), (5, true), (14, false), (15, true), (34, false), (35, true)]
        {
            assert_eq!(due(second, 7), expected, "after {second} s");
        }
        assert!(due(35, 8), "another one");
        let often = (36..7_200).filter(|second| due(*second, 7)).count();
        assert!((10..=20).contains(&often), "{often} answers in two hours");
        assert!(due(7_200 + 600, 7), "after a time without a question");
    }
}
