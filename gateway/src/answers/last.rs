//! The last answer to each question, under whichever version of the catalogue it was given: what readers get while
//! Postgres is away. It must never be given without saying of when it is.

use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::sync::Cache;

use super::{Answer, OVERHEAD_BYTES, Origin, Question};

/// Older than this, an answer is worse than none.
const KEPT: Duration = Duration::from_hours(1);

/// The last answers, within a bound of memory.
#[derive(Clone, Debug)]
pub(super) struct LastAnswers(Cache<Question, (Answer, DateTime<Utc>)>);

impl LastAnswers {
    pub(super) fn new(bytes: u64) -> Self {
        let answers = Cache::builder()
            .max_capacity(bytes)
            .time_to_live(KEPT)
            .weigher(|_: &Question, (answer, _): &(Answer, DateTime<Utc>)| {
                u32::try_from(answer.body.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX)
            })
            .build();
        Self(answers)
    }

    pub(super) fn remember(&self, question: Question, answer: &Answer) {
        self.0.insert(question, (answer.clone(), Utc::now()));
    }

    /// The last answer, saying of when it is in `extensions`. `has_extensions`: it has some already.
    pub(super) fn get(&self, question: &Question, has_extensions: bool) -> Option<Answer> {
        let (answer, as_of) = self.0.get(question)?;
        let told = serde_json::json!({ "asOf": as_of }).to_string();
        let body = with_extension(&answer.body, has_extensions, "stale", &told);
        let (body, as_of, origin) = (body.into(), Some(as_of), Origin::Last);
        Some(Answer { body, complete: false, unavailable: false, as_of, origin, ..answer })
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
