//! Answers compressed by gzip, as browsers want them: whatever is kept is compressed once, not for each who asks.

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

/// The compressed form of one body, once somebody has asked for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Gzipped(Arc<OnceLock<Option<Bytes>>>);

impl Gzipped {
    /// The compressed form of the body that this belongs to.
    pub(super) fn of(&self, body: &[u8]) -> Option<Bytes> {
        // Writing to memory doesn't fail.
        self.0.get_or_init(|| gzip(body).ok()).clone()
    }
}

fn gzip(body: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / SHARE), Compression::new(LEVEL));
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}
