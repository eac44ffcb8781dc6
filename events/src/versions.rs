//! How a consumer notices that it lacks events, whatever became of them, and says so.
//!
//! Every `crawl.ended` carries a digest of the versions that the collector knows of the shop's listings, as they
//! are after every event before it. A consumer works out the same over what it has applied, compares, and asks for
//! the listings of the buckets that differ. A digest, since a list of a million versions is no message; in buckets,
//! since one listing that is lacking must not bring a million again.
//!
//! - A listing counts whatever its presence: present, missing or gone.
//! - Its bucket is the first byte of MD5 of its identifier. A bucket's digest is the sum, modulo 2^64, over its
//!   listings of the first eight bytes, big endian, of MD5 of `listing_id:listing_version`. In Postgres, which can
//!   work it out where the rows are: `get_byte(decode(md5(listing_id), 'hex'), 0)` and
//!   `('x' || left(md5(listing_id || ':' || version), 16))::bit(64)::bigint`.
//! - The collector can't be asked over RabbitMQ, where a consumer may only read. It listens to notifications of
//!   Postgres on the channel [`LACKING_CHANNEL`], whose payload is a [`Lacking`]. It then sends the present state
//!   of those listings again, with their present versions. A question that is lost is asked again after the next
//!   crawl; one that is asked twice costs some messages that a consumer ignores.
//!
//! MD5 is no secret's guard here: it spreads identifiers evenly, and every Postgres has it.

use std::{
    fmt::{self, Display, Formatter},
    str::FromStr,
};

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

/// The channel of Postgres' notifications on which a consumer says what it lacks.
pub const LACKING_CHANNEL: &str = "listings_lacking";

/// How many buckets a digest has.
pub const BUCKETS: usize = 256;

/// A longer payload says nothing that could be meant; no text in it is longer than a shop's slug.
const LONGEST_LACKING_BYTES: usize = 512;
/// The hexadecimal digits of one bucket's digest.
const DIGITS: usize = 16;
/// The hexadecimal digits of a set of buckets.
const SET_DIGITS: usize = BUCKETS / 4;

/// A digest of the versions of a shop's listings, by bucket. As a text: 4096 lower-case hexadecimal digits, 16 a
/// bucket.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Versions(Box<[u64; BUCKETS]>);

/// A set of buckets. As a text: 64 lower-case hexadecimal digits, one bit a bucket, the first bucket's first.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Buckets([u8; BUCKETS / 8]);

/// What a consumer lacks: listings of these buckets of a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// The shop's slug.
    pub shop: String,
    /// In which of its buckets something differs.
    pub buckets: Buckets,
}

/// Why a text is not a digest, a set of buckets or a payload.
#[derive(Debug, thiserror::Error)]
pub enum VersionsError {
    /// Too few or too many digits, or something else than lower-case hexadecimal ones.
    #[error("it is not {0} lower-case hexadecimal digits")]
    Digits(usize),
    /// Longer than any payload.
    #[error("it is longer than {LONGEST_LACKING_BYTES} bytes")]
    TooLong,
    /// Not JSON, or without what a payload has.
    #[error("it is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
}

impl Versions {
    /// The digest whose buckets are these, in their order. Those of no listings are zero.
    pub fn new(buckets: [u64; BUCKETS]) -> Self {
        Self(Box::new(buckets))
    }

    /// The digest of 8 bytes a bucket, big endian; `None`: these are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (buckets, rest) = bytes.as_chunks::<8>();
        let buckets: &[[u8; 8]; BUCKETS] = buckets.try_into().ok().filter(|_| rest.is_empty())?;
        Some(Self::new(buckets.map(u64::from_be_bytes)))
    }

    /// 8 bytes a bucket, big endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|bucket| bucket.to_be_bytes()).collect()
    }

    /// Counts a listing in a version.
    pub fn add(&mut self, listing_id: &str, version: i64) {
        let bucket = self.bucket(listing_id);
        *bucket = bucket.wrapping_add(digest(listing_id, version));
    }

    /// Counts a listing in a version no more.
    pub fn remove(&mut self, listing_id: &str, version: i64) {
        let bucket = self.bucket(listing_id);
        *bucket = bucket.wrapping_sub(digest(listing_id, version));
    }

    fn bucket(&mut self, listing_id: &str) -> &mut u64 {
        let [first, ..] = md5(listing_id);
        &mut self.0[usize::from(first)]
    }

    /// The buckets whose digests are not the same in both.
    pub fn differing(&self, other: &Self) -> Buckets {
        let mut buckets = Buckets::default();
        for (number, (one, another)) in (0..=u8::MAX).zip(self.0.iter().zip(other.0.iter())) {
            if one != another {
                buckets.insert(number);
            }
        }
        buckets
    }
}

fn md5(text: &str) -> [u8; 16] {
    Md5::digest(text).into()
}

/// The digest of one version of a listing.
fn digest(listing_id: &str, version: i64) -> u64 {
    (u128::from_be_bytes(md5(&format!("{listing_id}:{version}"))) >> 64) as u64
}

impl Default for Versions {
    /// The digest of a shop without listings.
    fn default() -> Self {
        Self::new([0; BUCKETS])
    }
}

impl FromStr for Versions {
    type Err = VersionsError;

    fn from_str(text: &str) -> Result<Self, VersionsError> {
        let refused = || VersionsError::Digits(BUCKETS * DIGITS);
        if !is_hexadecimal(text, BUCKETS * DIGITS) {
            return Err(refused());
        }
        let mut buckets = [0; BUCKETS];
        for (bucket, place) in buckets.iter_mut().zip((0..).step_by(DIGITS)) {
            *bucket = u64::from_str_radix(&text[place..place + DIGITS], 16).map_err(|_| refused())?;
        }
        Ok(Self::new(buckets))
    }
}

impl Display for Versions {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|bucket| write!(out, "{bucket:016x}"))
    }
}

/// Four kilobytes of digits help nobody who reads a test's failure.
impl fmt::Debug for Versions {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let filled = (0..=u8::MAX).zip(self.0.iter()).filter(|(_, digest)| **digest != 0);
        out.debug_map().entries(filled).finish()
    }
}

impl Buckets {
    /// Every bucket.
    pub const ALL: Self = Self([u8::MAX; BUCKETS / 8]);

    /// Adds a bucket.
    pub fn insert(&mut self, bucket: u8) {
        self.0[usize::from(bucket / 8)] |= 0x80 >> (bucket % 8);
    }

    /// Whether a bucket is in the set.
    pub fn contains(&self, bucket: u8) -> bool {
        self.0[usize::from(bucket / 8)] & (0x80 >> (bucket % 8)) != 0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The buckets in the set, the smallest first.
    pub fn iter(&self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(|bucket| self.contains(*bucket))
    }
}

impl Default for Buckets {
    /// No bucket.
    fn default() -> Self {
        Self([0; BUCKETS / 8])
    }
}

impl FromIterator<u8> for Buckets {
    fn from_iter<I: IntoIterator<Item = u8>>(numbers: I) -> Self {
        let mut buckets = Self::default();
        numbers.into_iter().for_each(|number| buckets.insert(number));
        buckets
    }
}

impl FromStr for Buckets {
    type Err = VersionsError;

    fn from_str(text: &str) -> Result<Self, VersionsError> {
        let refused = || VersionsError::Digits(SET_DIGITS);
        if !is_hexadecimal(text, SET_DIGITS) {
            return Err(refused());
        }
        let mut bytes = [0; BUCKETS / 8];
        for (byte, place) in bytes.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&text[place..place + 2], 16).map_err(|_| refused())?;
        }
        Ok(Self(bytes))
    }
}

impl Display for Buckets {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

impl Lacking {
    /// Reads a notification's payload.
    pub fn decode(payload: &str) -> Result<Self, VersionsError> {
        if payload.len() > LONGEST_LACKING_BYTES {
            return Err(VersionsError::TooLong);
        }
        Ok(serde_json::from_str(payload)?)
    }

    /// A notification's payload.
    ///
    /// # Panics
    /// Never: two texts always have a JSON form.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("two texts always have a JSON form")
    }
}

/// Conversions to and from a text, for serde.
macro_rules! is_a_text {
    ($($type:ty),+) => {
        $(
            impl From<$type> for String {
                fn from(value: $type) -> Self {
                    value.to_string()
                }
            }

            impl TryFrom<String> for $type {
                type Error = VersionsError;

                fn try_from(text: String) -> Result<Self, VersionsError> {
                    text.parse()
                }
            }
        )+
    };
}

is_a_text!(Versions, Buckets);

fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three listings of a shop, two of them in one bucket, whose sum is greater than 64 bits hold:
    ///
    /// | listing | version | MD5 of `listing` | MD5 of `listing:version` |
    /// |---|---|---|---|
    /// | `19` | 1 | `1f0e3dad99908345f7439f8ffabdffc4` | `8a785155e03108f59f9be6835f6da6c5` |
    /// | `24` | 2 | `1ff1de774005f8da13f42943881c655f` | `f2963efd8da529b3d0ade013b5ba3795` |
    /// | `10482` | 17 | `77983cf4f308d34fe7865a10a25ae39d` | `f42348e15a129f24085b7b442d31d71c` |
    fn example() -> Versions {
        let mut buckets = [0; BUCKETS];
        buckets[0x1f] = 0x8a78_5155_e031_08f5_u64.wrapping_add(0xf296_3efd_8da5_29b3);
        buckets[0x77] = 0xf423_48e1_5a12_9f24;
        Versions::new(buckets)
    }

    #[test]
    fn a_digest_is_written_as_sixteen_digits_a_bucket_and_read_again() {
        let text = example().to_string();
        let nothing = |buckets: usize| "0".repeat(buckets * DIGITS);
        let (before, between, behind) = (nothing(0x1f), nothing(0x77 - 0x20), nothing(0xff - 0x77));
        assert_eq!(text, format!("{before}7d0e90536dd632a8{between}f42348e15a129f24{behind}"));
        assert_eq!(text.parse::<Versions>().unwrap(), example());
        let bytes = example().to_bytes();
        assert_eq!(Versions::from_bytes(&bytes), Some(example()));
        assert_eq!(bytes[0x77 * 8..0x78 * 8], 0xf423_48e1_5a12_9f24_u64.to_be_bytes());
        assert_eq!((Versions::from_bytes(&bytes[1..]), Versions::from_bytes(&[])), (None, None));
    }

    #[test]
    fn versions_are_counted_as_postgres_would() {
        let mut versions = Versions::default();
        for (listing_id, version) in [("19", 1), ("24", 1), ("10482", 17), ("5", 3), ("24", 2)] {
            versions.add(listing_id, version);
        }
        versions.remove("24", 1);
        versions.remove("5", 3);
        assert_eq!(versions, example());
    }

    #[test]
    fn buckets_that_differ_are_told_and_no_others() {
        let mut another = example();
        another.0[0] = 1;
        another.0[0x77] -= 1;
        another.0[0xff] = u64::MAX;
        let differing = example().differing(&another);
        assert_eq!(differing.iter().collect::<Vec<_>>(), [0, 0x77, 0xff]);
        assert_eq!(differing, another.differing(&example()));
        assert!(example().differing(&example()).is_empty());
        assert_eq!(Versions::default().differing(&example()).iter().collect::<Vec<_>>(), [0x1f, 0x77]);
    }

    #[test]
    fn a_payload_is_a_shop_and_one_bit_a_bucket() {
        let buckets = Buckets::from_iter([0, 7, 0x77, 0xff]);
        let text = format!("81{}01{}01", "0".repeat(26), "0".repeat(32));
        let lacking = Lacking { shop: "netvideo".to_owned(), buckets };
        let payload = format!(r#"{{"shop":"netvideo","buckets":"{text}"}}"#);
        assert_eq!(lacking.encode(), payload);
        assert_eq!(Lacking::decode(&payload).unwrap(), lacking);
        assert_eq!(Buckets::ALL.iter().count(), BUCKETS);
    }

    #[test]
    fn what_is_no_digest_and_no_payload_is_refused() {
        let digest = example().to_string();
        for text in ["", &digest[1..], &format!("{digest}0"), &digest.to_uppercase(), &"é".repeat(2048)] {
            assert!(text.parse::<Versions>().is_err(), "{text}");
        }
        let long = format!(r#"{{"shop":"{}","buckets":"{}"}}"#, "x".repeat(500), Buckets::ALL);
        for payload in ["", "{}", r#"{"shop":"netvideo","buckets":"ff"}"#, &long] {
            assert!(Lacking::decode(payload).is_err(), "{payload}");
        }
    }
}
