//! What is made of an answer's body where somebody wants it: once, for all who are given the answer. Most answers are asked
//! for by POST and go out as they are: to hash a large one would cost as much as to work it out.

use std::{
    io::{self, Write},
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// How hard it is tried, from 1 to 9: what nobody asks for again is compressed too.
const LEVEL: u32 = 4;
/// What part of its body a compressed answer takes at the most, as is reckoned: a quarter.
pub(super) const SHARE: usize = 4;

/// What was made of one body so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Derived(Arc<Made>);

#[derive(Debug, Default)]
struct Made {
    gzipped: OnceLock<Option<Bytes>>,
    tag: OnceLock<[u8; 16]>,
}

impl Derived {
    /// The compressed form of the body that this belongs to.
    pub(super) fn gzipped(&self, body: &[u8]) -> Option<Bytes> {
        // Writing to memory doesn't fail.
        self.0.gzipped.get_or_init(|| gzip(body).ok()).clone()
    }

    /// Tells the body that this belongs to from any other one.
    pub(super) fn tag(&self, body: &[u8]) -> [u8; 16] {
        *self.0.tag.get_or_init(|| {
            let mut tag = [0; 16];
            tag.copy_from_slice(&blake3::hash(body).as_bytes()[..16]);
            tag
        })
    }
}

fn gzip(body: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / SHARE), Compression::new(LEVEL));
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}
