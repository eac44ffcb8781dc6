//! The messages of the protocol `graphql-transport-ws`, and the reasons for which it closes a socket.

use serde::Deserialize;
use serde_json::{Value, json};

/// The longest name of an operation that a client may choose, in bytes.
const LONGEST_ID_BYTES: usize = 128;
/// The most bytes of a reason that fit a closing frame.
const LONGEST_REASON_BYTES: usize = 123;

/// What a client says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromClient {
    ConnectionInit { payload: Option<Value> },
    Ping { payload: Option<Value> },
    Pong { payload: Option<Value> },
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

/// Why a socket is closed: the protocol's code, and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Closing {
    fn new(code: u16, reason: &str) -> Self {
        let end =
            (0..=LONGEST_REASON_BYTES.min(reason.len())).rev().find(|end| reason.is_char_boundary(*end));
        Self { code, reason: reason[..end.unwrap_or_default()].to_owned() }
    }

    pub(super) fn going_away() -> Self {
        Self::new(1001, "The gateway is stopping: connect again")
    }

    pub(super) fn too_large() -> Self {
        Self::new(1009, "The message is too large")
    }

    pub(super) fn invalid(problem: &str) -> Self {
        Self::new(4400, problem)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    pub(super) fn no_init() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    pub(super) fn exists(id: &str) -> Self {
        Self::new(4409, &format!("Subscriber for {id} already exists"))
    }

    pub(super) fn init_again() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }
}

impl FromClient {
    pub(super) fn read(text: &str) -> Result<Self, Closing> {
        let message = serde_json::from_str(text)
            .map_err(|error| Closing::invalid(&format!("Invalid message: {error}")))?;
        if let Self::Subscribe { id, .. } = &message
            && !(1..=LONGEST_ID_BYTES).contains(&id.len())
        {
            return Err(Closing::invalid("The `id` of an operation has 1 to 128 bytes"));
        }
        Ok(message)
    }
}

pub(super) const ACKNOWLEDGED: &str = r#"{"type":"connection_ack"}"#;

pub(super) fn pong(payload: Option<&Value>) -> String {
    match payload {
        None => r#"{"type":"pong"}"#.to_owned(),
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
    }
}

pub(super) fn complete(id: &str) -> String {
    json!({ "type": "complete", "id": id }).to_string()
}

/// A message of a type that has a payload, which is JSON already.
pub(super) fn with_payload(id: &str, of_type: &str, payload: &[u8]) -> String {
    let mut message = format!(r#"{{"id":{},"type":"{of_type}","payload":"#, Value::from(id));
    message.push_str(&String::from_utf8_lossy(payload));
    message.push('}');
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_closes_the_socket_as_the_protocol_says() {
        let long = format!(r#"{{"type":"subscribe","id":"{}","payload":{{}}}}"#, "x".repeat(129));
        let cases = [
            ("", false),
            ("[]", false),
            (r#"{"type":"start","id":"1","payload":{}}"#, false),
            (r#"{"type":"subscribe","payload":{}}"#, false),
            (r#"{"type":"subscribe","id":"","payload":{}}"#, false),
            (r#"{"type":"subscribe","id":1,"payload":{}}"#, false),
            (&long, false),
            (r#"{"type":"connection_init"}"#, true),
            (r#"{"type":"connection_init","payload":{"a":1}}"#, true),
            (r#"{"type":"subscribe","id":"1","payload":{"query":"{a}"}}"#, true),
            (r#"{"type":"complete","id":"1"}"#, true),
        ];
        for (text, expected) in cases {
            match FromClient::read(text) {
                Ok(_) => assert!(expected, "{text}"),
                Err(closing) => assert_eq!((closing.code, expected), (4400, false), "{text}"),
            }
        }
    }

    #[test]
    fn a_reason_fits_the_closing_frame() {
        assert_eq!(Closing::invalid(&"ж".repeat(100)).reason.len(), 122);
    }

    #[test]
    fn an_id_is_written_as_json() {
        assert_eq!(with_payload("\"", "next", b"{}"), r#"{"id":"\"","type":"next","payload":{}}"#);
    }
}
