//! The last answer to each question, under whichever version of the catalogue it was given: what readers get while
//! Postgres is away. It must never be given without saying of when it is.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::{Weighter, sync::Cache};

use super::{Answer, OVERHEAD_BYTES, Origin, Question};

/// Older than this, an answer is worse than none.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// About how large an answer is, in bytes: from this it is reckoned how many there may be.
const USUAL_BYTES: u64 = 8 * 1024;

/// The last answers, within a bound of memory.
#[derive(Clone, Debug)]
pub(super) struct LastAnswers(Option<Arc<Cache<Question, At, Bytes>>>);

/// An answer, and when it was worked out.
type At = (Answer, DateTime<Utc>);

#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<Question, At> for Bytes {
    fn weight(&self, _: &Question, (answer, _): &At) -> u64 {
        (answer.body.len() + OVERHEAD_BYTES) as u64
    }
}

impl LastAnswers {
    /// Nothing is kept in 0 bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let count = usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self((bytes > 0).then(|| Arc::new(Cache::with_weighter(count, bytes, Bytes))))
    }

    pub(super) fn remember(&self, question: Question, answer: &Answer) {
        if let Some(answers) = &self.0 {
            answers.insert(question, (answer.clone(), Utc::now()));
        }
    }

    /// The last answer, saying of when it is in `extensions`. `has_extensions`: it has some already.
    pub(super) fn get(&self, question: &Question, has_extensions: bool) -> Option<Answer> {
        let (answer, as_of) = self.0.as_ref()?.get(question)?;
        if Utc::now() - as_of > KEPT {
            return None;
        }
        let told = serde_json::json!({ "asOf": as_of }).to_string();
        let body = with_extension(&answer.body, has_extensions, "stale", &told);
        Some(Answer { as_of: Some(as_of), origin: Origin::Last, ..Answer::new(body.into(), false, false) })
    }
}

/// An answer with one more extension, whose value is JSON. Answers are objects, and extensions stand at their end.
pub(crate) fn with_extension(body: &[u8], has_extensions: bool, name: &str, value: &str) -> Vec<u8> {
    let (brackets, before, after) =
        if has_extensions { (2, ",", "}}") } else { (1, ",\"extensions\":{", "}}") };
    let kept = &body[..body.len().saturating_sub(brackets)];
    let mut extended = Vec::with_capacity(body.len() + name.len() + value.len() + 24);
    extended.extend_from_slice(kept);
    extended.extend_from_slice(format!("{before}\"{name}\":{value}{after}").as_bytes());
    extended
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_extension_is_added_to_whatever_an_answer_has() {
        let cases = [
            (r#"{"data":{"a":1}}"#, false, json!({ "data": { "a": 1 }, "extensions": { "b": { "c": 2 } } })),
            (
                r#"{"data":{},"extensions":{"cost":{"requested":1}}}"#,
                true,
                json!({ "data": {}, "extensions": { "cost": { "requested": 1 }, "b": { "c": 2 } } }),
            ),
        ];
        for (body, has_extensions, expected) in cases {
            let extended = with_extension(body.as_bytes(), has_extensions, "b", r#"{"c":2}"#);
            assert_eq!(serde_json::from_slice::<Value>(&extended).unwrap(), expected);
        }
    }
}
