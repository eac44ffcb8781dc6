//! Under which keys a listing can meet others.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Identity;
use super::code::MpnKey;
use super::line::{names_a_line, telling};

/// The longest key, in bytes.
const MAX_BYTES: usize = 80;

/// A key that listings of one product share: `g:04711387457092` for a barcode, `m:TUFRTX4070SO12GGAMING`
/// or `m:asus:90YV0K` for a part number, `t:asus:geforce-rtx-4070-super:tuf` for what titles say. At most 80 bytes of ASCII or
/// UTF-8 without white space.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MatchKey(String);

impl MatchKey {
    /// Cuts what is too long, at a character's border.
    pub(crate) fn new(mut text: String) -> Self {
        if text.len() > MAX_BYTES {
            let end = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
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

/// The block of listings whose titles name the same house, chip and line. A title that names no line could be any
/// of the house's cards with that chip, so it has none; nor has a title that the listing's only codes contradict.
pub(crate) fn title_key(identity: &Identity) -> Option<MatchKey> {
    let (brand, gpu) = (identity.brand.as_ref()?, identity.gpu.as_ref()?);
    let line = telling(&identity.line);
    let is_contradicted = identity.disbelieved.iter().any(|code| code.contradicts_title);
    if is_contradicted && identity.mpns.is_empty() {
        return None;
    }
    names_a_line(&line, &brand.slug)
        .then(|| MatchKey::new(format!("t:{}:{}:{}", brand.slug, gpu.slug, line.join("+"))))
}
