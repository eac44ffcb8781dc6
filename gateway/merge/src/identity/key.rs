//! Under which keys a listing can meet others.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Identity;
use super::chip::sizes_mb;
use super::code::MpnKey;
use super::line::{names_a_line, telling};
use crate::vocabulary::chips::WITH_AND_WITHOUT_LHR;

/// The longest key, in bytes.
const MAX_BYTES: usize = 80;

/// A key that listings of one product share: `g:04711387457092` for a barcode, `m:TUFRTX4070SO12GGAMING`
/// or `m:asus:90YV0K` for a part number, `t:asus:geforce-rtx-4070-super:tuf:12288` for what titles say. At most 80 bytes of ASCII or
/// UTF-8 without white space.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchKey(String);

impl MatchKey {
    /// Of what is too long, the end becomes a number made of all of it: different texts stay different keys.
    pub(crate) fn new(text: String) -> Self {
        if text.len() > MAX_BYTES {
            // FNV-1a.
            let number = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |number, byte| {
                (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            let most = MAX_BYTES - 17;
            let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            return Self(format!("{}~{number:016x}", &text[..end]));
        }
        Self(text)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MatchKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// All keys of a listing.
pub(super) fn keys(identity: &Identity) -> Vec<MatchKey> {
    let mut keys: Vec<MatchKey> =
        identity.gtins.iter().map(|gtin| MatchKey::new(format!("g:{}", gtin.as_str()))).collect();
    keys.extend(identity.mpns.iter().map(|mpn| mpn_key(identity, mpn)));
    keys.extend(title_key(identity));
    keys
}

/// From this length on, letters and digits together make a code that no two houses share.
const LONG_CODE: usize = 9;

/// The key of one of a listing's part numbers: under its house, unless it is long enough to do without, so that a
/// listing whose house is not known can be found by it.
pub(crate) fn mpn_key(identity: &Identity, mpn: &MpnKey) -> MatchKey {
    let code = mpn.as_str();
    let is_mixed = code.bytes().any(|byte| byte.is_ascii_digit()) && code.chars().any(char::is_alphabetic);
    if code.len() >= LONG_CODE && is_mixed {
        return MatchKey::new(format!("m:{code}"));
    }
    let house = identity.brand.as_ref().map_or("", |brand| brand.slug.as_str());
    MatchKey::new(format!("m:{house}:{code}"))
}

/// The block of listings whose titles name one product, but for OC: the same house, chip, line, size of memory,
/// colour, revision and limit of the hash rate. Blocks stay as small as the number of shops, however many products
/// there are.
///
/// A title that names no line could be any of the house's cards with that chip, and one that leaves out the size of
/// a chip that is sold with several could be any of those: neither is in a block. Nor is a title that the listing's
/// only codes contradict.
pub(crate) fn title_key(identity: &Identity) -> Option<MatchKey> {
    let (brand, gpu) = (identity.brand.as_ref()?, identity.gpu.as_ref()?);
    let line = telling(&identity.line);
    let is_contradicted = identity.disbelieved.iter().any(|code| code.contradicts_title);
    if is_contradicted && identity.mpns.is_empty() || !names_a_line(&line, &brand.slug) {
        return None;
    }
    let usual_mb = || sizes_mb(&gpu.slug).first().copied().filter(|usual_mb| *usual_mb > 0);
    let memory_mb = identity.memory_mb.or_else(usual_mb)?;
    let is_limited = identity.lhr == Some(true) && WITH_AND_WITHOUT_LHR.contains(&gpu.slug.as_str());
    let parts = [
        Some(format!("t:{}:{}:{}:{memory_mb}", brand.slug, gpu.slug, line.join("+"))),
        identity.revision.map(|revision| format!("v{revision}")),
        identity.colour.map(|colour| colour.name().to_lowercase()),
        is_limited.then(|| "lhr".to_owned()),
    ];
    Some(MatchKey::new(parts.into_iter().flatten().collect::<Vec<_>>().join(":")))
}
