//! Identifiers that are unique over all types, as Relay wants them: opaque to clients, `Type:number` inside.

use std::io::Write;

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The types that have an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NodeType {
    VideoCard,
    Brand,
    Gpu,
    Technology,
    Shop,
    Offer,
}

const NAMES: [(NodeType, &str); 6] = [
    (NodeType::VideoCard, "VideoCard"),
    (NodeType::Brand, "Brand"),
    (NodeType::Gpu, "Gpu"),
    (NodeType::Technology, "Technology"),
    (NodeType::Shop, "Shop"),
    (NodeType::Offer, "Offer"),
];

fn name(of: NodeType) -> &'static str {
    NAMES.iter().find(|(node_type, _)| *node_type == of).map_or("", |(_, name)| name)
}

pub(crate) fn encode(of: NodeType, number: i64) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("{}:{number}", name(of))))
}

/// The most bytes inside an identifier: the longest name, a colon, and the longest number with its sign.
const LONGEST: usize = "Technology:".len() + 20;

/// Writes an identifier without taking memory for it: a page has some hundred.
pub(super) fn write(of: NodeType, number: i64, out: &mut Vec<u8>) {
    let mut inside = [0; LONGEST];
    let mut free = &mut inside[..];
    // There is room for the longest.
    write!(free, "{}:{number}", name(of)).ok();
    let length = LONGEST - free.len();
    let begin = out.len();
    out.resize(begin + LONGEST.div_ceil(3) * 4, 0);
    let written = URL_SAFE_NO_PAD.encode_slice(&inside[..length], &mut out[begin..]).unwrap_or_default();
    out.truncate(begin + written);
}

/// `None`: nothing ever had this identifier.
pub(crate) fn decode(id: &str) -> Option<(NodeType, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
    let (name, number) = text.split_once(':')?;
    let (node_type, _) = NAMES.iter().find(|(_, known)| *known == name)?;
    let number: i64 = number.parse().ok()?;
    // One identifier, one spelling.
    (encode(*node_type, number).as_str() == id).then_some((*node_type, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_back_and_nothing_else_is() {
        for (node_type, _) in NAMES {
            for number in [42, i64::MIN, i64::MAX] {
                let id = encode(node_type, number);
                assert_eq!(decode(id.as_str()), Some((node_type, number)));
                let mut written = b"before".to_vec();
                write(node_type, number, &mut written);
                assert_eq!(written, format!("before{}", id.as_str()).as_bytes());
            }
        }
        for id in ["", "42", "VmlkZW9DYXJkOjQy=", "VmlkZW9DYXJkOjA0Mg", "Q2FyOjQy", "!!", "VmlkZW9DYXJkOg"] {
            assert_eq!(decode(id), None, "{id}");
        }
    }
}
