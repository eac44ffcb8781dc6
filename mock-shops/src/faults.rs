//! What can be wrong with a shop on purpose: `PUT /_mock/faults` sets it, and this turns a sound answer into
//! that one.

use std::{io, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::{
    dice::{Dice, Purpose},
    shop::Shop,
    stats::Visit,
};

/// A slow answer waits no longer than this before it begins: ten minutes.
const LONGEST_LATENCY_MS: u64 = 600_000;
/// How much a huge answer has: one gibibyte, in pieces.
const HUGE_PIECES: usize = 16_384;
const PIECE: usize = 65_536;
/// How deep a deeply nested answer is.
const DEPTH: usize = 100_000;
/// A connection that is cut breaks so long after the first half of the body.
const BEFORE_CUT: Duration = Duration::from_millis(50);
/// A dripping answer gives one byte in so much time.
const DRIP: Duration = Duration::from_secs(1);

/// One shop's misbehaviour.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// `netvideo`, `countrylink` or `all`.
    pub(crate) shop: String,
    /// The status of the answer, instead of the shop's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// How likely a request meets with the fault, 0 to 1.
    #[serde(default = "always")]
    pub(crate) probability: f64,
    /// How long the answer waits, in milliseconds.
    #[serde(default)]
    pub(crate) latency_ms: u64,
    /// What is wrong with the answer's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<FaultyBody>,
    /// The value of `Retry-After`, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after_s: Option<u32>,
    /// The value of `Location`, for a redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
    /// Whether the connection is cut in the middle of the body.
    #[serde(default)]
    pub(crate) close: bool,
    /// How many requests have met it or might have.
    #[serde(skip)]
    requests: u64,
}

/// What can be wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultyBody {
    /// Half of it, though as a whole answer.
    Truncated,
    /// A page for people.
    Html,
    /// Nothing.
    Empty,
    /// Bytes in a text that are not UTF-8.
    BadUtf8,
    /// Said to be gzip and is not.
    BadGzip,
    /// A few megabytes of gzip that unpack to a gibibyte.
    GzipBomb,
    /// Arrays in arrays, a hundred thousand deep.
    Deep,
    /// A gibibyte of spaces.
    Huge,
    /// A byte a second.
    Drip,
    /// No answer at all.
    Hang,
}

fn always() -> f64 {
    1.0
}

impl Fault {
    /// Reads a fault; the error is a sentence.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let fault: Self =
            serde_json::from_slice(text).map_err(|error| format!("the fault can't be read: {error}"))?;
        if !(0.0..=1.0).contains(&fault.probability) {
            return Err("probability has to be a number from 0 to 1".to_owned());
        }
        if fault.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("status has to be a number from 200 to 599".to_owned());
        }
        if fault.latency_ms > LONGEST_LATENCY_MS {
            return Err(format!("latency_ms has to be at most {LONGEST_LATENCY_MS}"));
        }
        if fault.location.as_ref().is_some_and(|location| HeaderValue::from_str(location).is_err()) {
            return Err("location has to be an address".to_owned());
        }
        Ok(fault)
    }

    /// The same fault of one shop.
    pub(crate) fn of(&self, shop: Shop) -> Self {
        Self { shop: shop.slug().to_owned(), ..self.clone() }
    }

    /// Whether the next request meets with the fault. The same requests in the same order meet the same fate.
    pub(crate) fn strikes(&mut self) -> bool {
        self.requests += 1;
        Dice::new(0, Purpose::Faults, self.requests).fraction() < self.probability
    }

    /// Whether the fault needs the shop's own answer, whole, whatever the client already has.
    pub(crate) fn spoils_body(&self) -> bool {
        self.body.is_some() || self.close
    }

    /// Turns an answer into the faulty one. The visit ends when the last of it has been handed over.
    pub(crate) async fn spoil(&self, response: Response, visit: Visit) -> Response {
        let (mut head, body) = response.into_parts();
        if let Some(seconds) = self.retry_after_s {
            head.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(location) =
            self.location.as_ref().and_then(|location| HeaderValue::from_str(location).ok())
        {
            head.headers.insert(header::LOCATION, location);
        }
        if !self.spoils_body() {
            return Response::from_parts(head, body);
        }
        // The shop's own answers are in memory already, and a page long.
        let sound = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let mut set = |name: HeaderName, value: &'static str| {
            head.headers.insert(name, HeaderValue::from_static(value));
        };
        let body = match self.body {
            None | Some(FaultyBody::Hang) => Body::from(sound.clone()),
            Some(FaultyBody::Truncated) => Body::from(sound.slice(..sound.len() / 2)),
            Some(FaultyBody::Empty) => Body::empty(),
            Some(FaultyBody::Html) => {
                set(header::CONTENT_TYPE, "text/html; charset=utf-8");
                Body::from("<!doctype html><title>Wartungsarbeiten</title><p>We'll be back soon.")
            }
            Some(FaultyBody::BadUtf8) => Body::from(with_bad_utf8(&sound)),
            Some(FaultyBody::BadGzip) => {
                set(header::CONTENT_ENCODING, "gzip");
                Body::from(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03this is no deflate stream".as_slice())
            }
            Some(FaultyBody::GzipBomb) => {
                set(header::CONTENT_ENCODING, "gzip");
                pieces(gzip_bomb(), visit)
            }
            Some(FaultyBody::Deep) => Body::from("[".repeat(DEPTH) + &"]".repeat(DEPTH)),
            Some(FaultyBody::Huge) => {
                pieces(vec![(Bytes::from(vec![b' '; PIECE]), HUGE_PIECES), (sound, 1)], visit)
            }
            Some(FaultyBody::Drip) => drip(sound, visit),
        };
        if self.close {
            let promised = to_bytes(body, PIECE * 16).await.unwrap_or_default();
            head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(promised.len().max(2)));
            return Response::from_parts(head, cut_off(&promised));
        }
        Response::from_parts(head, body)
    }
}

/// Half of what was promised, and then the connection breaks.
fn cut_off(promised: &Bytes) -> Body {
    let half = promised.slice(..promised.len() / 2);
    let broken = stream::once(async {
        // What was written has to be on its way before the connection breaks, or nothing would arrive at all.
        tokio::time::sleep(BEFORE_CUT).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    Body::from_stream(stream::iter([Ok(half)]).chain(broken))
}

/// A body with two bytes in its last address that no UTF-8 has.
fn with_bad_utf8(sound: &Bytes) -> Vec<u8> {
    const ADDRESS: &[u8] = b"example";
    let mut bytes = sound.to_vec();
    match bytes.windows(ADDRESS.len()).rposition(|window| window == ADDRESS) {
        Some(start) => bytes[start + 1..start + 3].copy_from_slice(b"\xff\xfe"),
        None => bytes.extend(b"\xff\xfe"),
    }
    bytes
}

/// Pieces, each as often as it says, made only as fast as the client reads.
fn pieces(pieces: Vec<(Bytes, usize)>, visit: Visit) -> Body {
    let all = stream::iter(pieces).flat_map(|(piece, times)| stream::repeat(piece).take(times));
    Body::from_stream(all.map(move |piece| {
        let _until_the_end = &visit;
        Ok::<_, io::Error>(piece)
    }))
}

/// A byte at a time.
fn drip(sound: Bytes, visit: Visit) -> Body {
    Body::from_stream(stream::unfold((sound, visit), async |(mut rest, visit)| {
        tokio::time::sleep(DRIP).await;
        (!rest.is_empty()).then(|| (Ok::<_, io::Error>(rest.split_to(1)), (rest, visit)))
    }))
}

/// A gzip stream of spaces, made by hand: one deflate block with the fixed codes, in which a space is followed
/// by "the last byte, 258 times more" again and again. Eight of those are 104 bits, so thirteen bytes repeat. It
/// never ends properly: nobody is meant to read that far.
fn gzip_bomb() -> Vec<(Bytes, usize)> {
    const HEADER: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    /// A length of 258 (11000101) and a distance of 1 (00000).
    const AGAIN: &str = "1100010100000";
    // The last block (1) with the fixed codes (01, low bit first), and a space.
    let mut bits: Vec<bool> = "11001010000".bytes().map(|bit| bit == b'1').collect();
    for _ in 0..8 {
        bits.extend(AGAIN.bytes().map(|bit| bit == b'1'));
    }
    // These are fourteen bytes and three bits. The first byte aside, they repeat as they are: the three bits that
    // the pattern begins with, the end of the space, are the three that `AGAIN` ends with.
    let byte = |bits: &[bool]| bits.iter().rev().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit));
    let mut stream: Vec<u8> = bits.chunks_exact(8).map(byte).collect();
    let pattern = stream.split_off(stream.len() - 13);
    // 5,000 of them unpack to some ten mebibytes.
    vec![(Bytes::from([HEADER, &stream].concat()), 1), (Bytes::from(pattern.repeat(5_000)), 104)]
}
