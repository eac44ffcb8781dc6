//! CountryLink's cursors: opaque to clients, and signed with a key that each process makes anew, so that a
//! cursor from before a restart, or one that somebody made up, is unknown.

use std::hash::{BuildHasher as _, RandomState};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Where a crawl goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// Through the whole catalogue: at this row.
    Row(u32),
    /// Through what has changed: at this place in the order of changes, as long as that order is of this
    /// generation.
    Place {
        /// The place.
        place: u64,
        /// The order's generation.
        generation: u32,
    },
}

/// Makes and reads cursors.
#[derive(Debug, Default)]
pub(crate) struct Cursors {
    /// The standard library keys it at random.
    key: RandomState,
}

impl Cursors {
    /// The cursor of a position.
    pub(crate) fn encode(&self, position: Position) -> String {
        let (kind, place, generation) = match position {
            Position::Row(row) => (0_u8, u64::from(row), 0),
            Position::Place { place, generation } => (1, place, generation),
        };
        let signature: u64 = self.key.hash_one((kind, place, generation));
        let mut bytes = vec![kind];
        bytes.extend(place.to_be_bytes());
        bytes.extend(generation.to_be_bytes());
        bytes.extend(signature.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position of a cursor that this process made.
    pub(crate) fn decode(&self, cursor: &str) -> Option<Position> {
        let bytes: [u8; 21] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
        let place = u64::from_be_bytes(bytes[1..9].try_into().ok()?);
        let generation = u32::from_be_bytes(bytes[9..13].try_into().ok()?);
        let position = match bytes[0] {
            0 => Position::Row(u32::try_from(place).ok()?),
            1 => Position::Place { place, generation },
            _ => return None,
        };
        (self.encode(position) == cursor).then_some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_known_to_its_own_process_alone() {
        let (ours, other) = (Cursors::default(), Cursors::default());
        for position in [Position::Row(17), Position::Place { place: 1 << 33, generation: 2 }] {
            let cursor = ours.encode(position);
            assert_eq!(ours.decode(&cursor), Some(position));
            assert_eq!(other.decode(&cursor), None);
            assert_eq!(ours.decode(&format!("{cursor}A")), None);
            assert_eq!(ours.decode(&cursor.replacen('A', "B", 1)), None);
        }
        assert_eq!(ours.decode("b2Zmc2V0OjEwMA"), None);
    }
}
