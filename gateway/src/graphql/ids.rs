//! Identifiers that are unique over all types, as Relay wants them: opaque to clients, `Type:number` inside.

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

pub(crate) fn encode(of: NodeType, number: i64) -> ID {
    let name = NAMES.iter().find(|(node_type, _)| *node_type == of).map_or("", |(_, name)| name);
    ID(URL_SAFE_NO_PAD.encode(format!("{name}:{number}")))
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
            assert_eq!(decode(encode(node_type, 42).as_str()), Some((node_type, 42)));
        }
        for id in ["", "42", "VmlkZW9DYXJkOjQy=", "VmlkZW9DYXJkOjA0Mg", "Q2FyOjQy", "!!", "VmlkZW9DYXJkOg"] {
            assert_eq!(decode(id), None, "{id}");
        }
    }
}
