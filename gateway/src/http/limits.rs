//! How large a query may be, checked on its text and its tree before anything is done for it.
//!
//! A fragment that is spread twice counts twice: a document of a kilobyte can stand for millions of fields,
//! and async-graphql's own validation would walk them all.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet},
};

/// The longest query, in bytes.
const LONGEST_QUERY_BYTES: usize = 32 * 1024;
/// The most fields, fragments spread out.
const MOST_FIELDS: u64 = 2000;
/// The deepest nesting of fields, fragments spread out.
const DEEPEST: u64 = 16;
/// The deepest nesting of brackets: the parser calls itself for each.
const DEEPEST_BRACKETS: u64 = 100;
/// The most aliases, fragments spread out.
const MOST_ALIASES: u64 = 100;
/// The most directives, fragments spread out.
const MOST_DIRECTIVES: u64 = 100;
/// The most operations and fragments in one document.
const MOST_DEFINITIONS: usize = 100;

/// A query is too large; `code` is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl TooLarge {
    fn new(code: &'static str, what: &str, is: u64, most: u64) -> Self {
        Self { code, message: format!("The query has {what} of {is}; {most} is the most.") }
    }
}

/// What spreading out a selection comes to. Counts stop at the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    fields: u64,
    depth: u64,
    aliases: u64,
    directives: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.depth = self.depth.max(other.depth);
    }
}

/// Refuses a text that is too long or nested too deep to be parsed.
pub fn check_text(query: &str) -> Result<(), TooLarge> {
    if query.len() > LONGEST_QUERY_BYTES {
        return Err(TooLarge::new(
            "QUERY_TOO_LONG",
            "a length in bytes",
            query.len() as u64,
            LONGEST_QUERY_BYTES as u64,
        ));
    }
    let mut depth = 0_u64;
    for byte in query.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST_BRACKETS {
            return Err(TooLarge::new("QUERY_TOO_DEEP", "a nesting of brackets", depth, DEEPEST_BRACKETS));
        }
    }
    Ok(())
}

/// Refuses a document that is too large once its fragments are spread out.
pub fn check(document: &ExecutableDocument) -> Result<(), TooLarge> {
    let definitions = document.operations.iter().count() + document.fragments.len();
    if definitions > MOST_DEFINITIONS {
        let (is, most) = (definitions as u64, MOST_DEFINITIONS as u64);
        return Err(TooLarge::new("QUERY_TOO_COMPLEX", "a number of operations and fragments", is, most));
    }
    let mut measure = Measure { fragments: &document.fragments, measured: HashMap::new() };
    for (_, operation) in document.operations.iter() {
        let mut size = measure.set(&operation.node.selection_set.node);
        size.directives = size.directives.saturating_add(operation.node.directives.len() as u64);
        let limits = [
            ("QUERY_TOO_DEEP", "a depth", size.depth, DEEPEST),
            ("QUERY_TOO_COMPLEX", "a number of fields", size.fields, MOST_FIELDS),
            ("QUERY_TOO_COMPLEX", "a number of aliases", size.aliases, MOST_ALIASES),
            ("QUERY_TOO_COMPLEX", "a number of directives", size.directives, MOST_DIRECTIVES),
        ];
        for (code, what, is, most) in limits {
            if is > most {
                return Err(TooLarge::new(code, what, is, most));
            }
        }
    }
    Ok(())
}

/// Measures each fragment once.
struct Measure<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    /// `None`: being measured; a fragment that spreads itself is left to validation, which refuses it.
    measured: HashMap<&'d Name, Option<Size>>,
}

impl<'d> Measure<'d> {
    fn set(&mut self, set: &'d SelectionSet) -> Size {
        let mut size = Size::default();
        for selection in &set.items {
            size.add(self.selection(&selection.node));
        }
        size
    }

    fn selection(&mut self, selection: &'d Selection) -> Size {
        match selection {
            Selection::Field(field) => {
                let mut size = self.set(&field.node.selection_set.node);
                size.add(Size {
                    fields: 1,
                    depth: 0,
                    aliases: u64::from(field.node.alias.is_some()),
                    directives: field.node.directives.len() as u64,
                });
                size.depth += 1;
                size
            }
            Selection::InlineFragment(fragment) => {
                let mut size = self.set(&fragment.node.selection_set.node);
                size.directives = size.directives.saturating_add(fragment.node.directives.len() as u64);
                size
            }
            Selection::FragmentSpread(spread) => {
                let mut size = self.fragment(&spread.node.fragment_name.node);
                size.directives = size.directives.saturating_add(spread.node.directives.len() as u64);
                size
            }
        }
    }

    fn fragment(&mut self, name: &Name) -> Size {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else { return Size::default() };
        if let Some(measured) = self.measured.get(name) {
            return measured.unwrap_or_default();
        }
        self.measured.insert(name, None);
        let size = self.set(&fragment.node.selection_set.node);
        self.measured.insert(name, Some(size));
        size
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn bomb(fragments: usize) -> String {
        let fragment = |number| format!(" fragment f{number} on Query {{ ...f{0} ...f{0} }}", number + 1);
        let spreading: String = (0..fragments).map(fragment).collect();
        "{ ...f0 }".to_owned() + &spreading + &format!(" fragment f{fragments} on Query {{ shops {{ id }} }}")
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_code() {
        let cases = [
            ("{ shops { id } }".to_owned(), None),
            (bomb(3), None),
            (bomb(25), Some("QUERY_TOO_COMPLEX")),
            (bomb(70), Some("QUERY_TOO_COMPLEX")),
            (format!("{{ {} }}", "a { ".repeat(20) + "b" + &" }".repeat(20)), Some("QUERY_TOO_DEEP")),
            (format!("{{ {} }}", "a: shops { id } ".repeat(101)), Some("QUERY_TOO_COMPLEX")),
            (
                format!("{{ shops {{ id {} }} }}", "@include(if: true) ".repeat(101)),
                Some("QUERY_TOO_COMPLEX"),
            ),
            // It spreads itself: refused later, by validation, but it must not hang here.
            ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(), None),
        ];
        for (query, expected) in cases {
            let document = parse_query(&query).unwrap();
            let code = check(&document).err().map(|error| error.code);
            assert_eq!(code, expected, "{}", &query[..query.len().min(80)]);
        }
    }
}
