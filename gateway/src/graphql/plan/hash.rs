//! Telling selections apart.

use async_graphql::{Name, Pos};
use blake3::Hasher;

use super::Expected;

/// Of a selection that has fields and nothing else: which these are.
pub(super) fn of(fields: &[Expected]) -> [u8; 32] {
    let mut hash = Hasher::new();
    add(&mut hash, fields);
    *hash.finalize().as_bytes()
}

fn add(hash: &mut Hasher, fields: &[Expected]) {
    number(hash, fields.len());
    for field in fields {
        text(hash, &field.key);
        text(hash, &field.name);
        number(hash, field.arguments.len());
        for (name, value) in &field.arguments {
            text(hash, name);
            text(hash, &value.to_string());
        }
        add(hash, &field.fields);
    }
}

fn number(hash: &mut Hasher, number: usize) {
    hash.update(&(number as u64).to_le_bytes());
}

fn text(hash: &mut Hasher, text: &str) {
    number(hash, text.len());
    hash.update(text.as_bytes());
}

/// Of any selection: where it stands, in a document whose text hashes to `text`.
pub(super) fn of_place(text: &blake3::Hash, operation: Option<&Name>, position: Pos) -> [u8; 32] {
    let mut hash = Hasher::new();
    hash.update(text.as_bytes());
    number(&mut hash, position.line);
    number(&mut hash, position.column);
    // Operations of one document give other defaults to a variable.
    hash.update(operation.map_or("", Name::as_str).as_bytes());
    *hash.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::CardSelection;

    fn hash(document: &str) -> [u8; 32] {
        CardSelection::for_tests(document).hash
    }

    #[test]
    fn selections_are_the_same_if_they_ask_for_the_same_in_whichever_document() {
        let asked = "{ videoCards { nodes { id brand { name } offers(availability: [IN_STOCK]) { id } } } }";
        let same = [
            "query other { videoCards(first: 3) { totalCount nodes { id brand { name } offers(availability: [IN_STOCK]) { id } } } }",
            "{ videoCards { nodes { ...card } } } fragment card on VideoCard { id ...b offers(availability: [IN_STOCK]) { id } } fragment b on VideoCard { brand { name } }",
        ];
        for same in same {
            assert_eq!(hash(asked), hash(same), "{same}");
        }
        let others = [
            "{ videoCards { nodes { brand { name } id offers(availability: [IN_STOCK]) { id } } } }",
            "{ videoCards { nodes { id brand { slug } offers(availability: [IN_STOCK]) { id } } } }",
            "{ videoCards { nodes { id brand { name } id2: id offers(availability: [IN_STOCK]) { id } } } }",
            "{ videoCards { nodes { id brand { slug: name } offers(availability: [IN_STOCK]) { id } } } }",
            "{ videoCards { nodes { id brand { name } offers(availability: [PREORDER]) { id } } } }",
            "{ videoCards { nodes { id brand { name } offers { id } } } }",
            // The same, but for a condition or a variable.
            "{ videoCards { nodes { id @include(if: true) brand { name } offers(availability: [IN_STOCK]) { id } } } }",
            "query a($v: [Availability!] = [IN_STOCK]) { videoCards { nodes { id brand { name } offers(availability: $v) { id } } } }",
            "query a($v: [Availability!] = [PREORDER]) { videoCards { nodes { id brand { name } offers(availability: $v) { id } } } }",
        ];
        let mut all: Vec<[u8; 32]> = others.iter().map(|other| hash(other)).collect();
        all.push(hash(asked));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), others.len() + 1);
    }
}
