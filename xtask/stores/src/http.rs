//! As much HTTP as it takes to ask a store or a service on this machine something small.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// How long connecting, and each read and write, may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same for a question that is asked again and again.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);
/// The longest answer that is read; what comes after it is cut off.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// An answer: its status, e.g. 200, and its body as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body, with whatever is not UTF-8 replaced.
    pub body: String,
}

impl Answer {
    /// Whether the status is one of the 200s.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// One request on a connection of its own. `login` is a user and a password, `body` is JSON.
///
/// # Errors
/// Nobody listens there, or no answer came in time, or it was not HTTP.
pub fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    login: Option<(&str, &str)>,
    body: &str,
) -> io::Result<Answer> {
    exchange(address, method, path, login, body, PATIENCE)
}

/// GET without a login; the answer is not waited for as long.
///
/// # Errors
/// See [`request`].
pub fn get(address: SocketAddr, path: &str) -> io::Result<Answer> {
    exchange(address, "GET", path, None, "", SHORT_PATIENCE)
}

fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    login: Option<(&str, &str)>,
    body: &str,
    patience: Duration,
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    let authorization = login.map_or_else(String::new, |(user, password)| {
        format!("Authorization: Basic {}\r\n", base64(format!("{user}:{password}").as_bytes()))
    });
    // Version 1.0: the answer ends with the connection, and never comes in chunks.
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\n{authorization}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut bytes)?;
    parse(&bytes).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP"))
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_usize, |word, &byte| word << 8 | usize::from(byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let digit = DIGITS[word >> (18 - 6 * place) & 63];
            text.push(if place <= group.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads_to_groups_of_four() {
        let cases = [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("user:pass", "dXNlcjpwYXNz")];
        for (plain, encoded) in cases {
            assert_eq!(base64(plain.as_bytes()), encoded, "{plain}");
        }
    }

    #[test]
    fn an_answer_is_read_whatever_its_version_and_refused_when_it_is_not_http() {
        let cases = [
            (&b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}"[..], Some((200, "{}"))),
            (b"HTTP/1.0 404 Not Found\r\n\r\n".as_slice(), Some((404, ""))),
            (b"AMQP\x00\x00\x09\x01".as_slice(), None),
            (b"".as_slice(), None),
        ];
        for (bytes, expected) in cases {
            let expected = expected.map(|(status, body)| Answer { status, body: body.to_owned() });
            assert_eq!(parse(bytes), expected);
        }
    }
}
