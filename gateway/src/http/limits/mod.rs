//! How large a query may be, checked before anything is done for it: its text, then its tree, then what it
//! would cost with its variables. Pure: the settings and the query alone decide.

mod cost;
mod size;
mod tokens;

use std::time::Duration;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};

pub(super) use self::cost::Prices;

/// The most directives in one place: there are `@skip` and `@include`, once each.
const MOST_DIRECTIVES_TOGETHER: u64 = 4;
/// The most operations and fragments in one document.
const MOST_DEFINITIONS: u64 = 100;
/// The deepest nesting of brackets: the parser calls itself for each. Filters nest deeper than fields do.
const DEEPEST_BRACKETS: u64 = 100;

/// How large a request may be.
#[derive(Clone, Debug, clap::Args)]
pub struct Limits {
    /// The longest body of a request, and the longest query string of an address, in bytes.
    #[arg(long, env = "MAX_BODY_BYTES", default_value_t = 128 * 1024)]
    pub max_body_bytes: usize,
    /// The most tokens of a query: names, numbers, strings and punctuators.
    #[arg(long, env = "MAX_QUERY_TOKENS", default_value_t = 2000)]
    pub max_query_tokens: u64,
    /// The deepest nesting of a query's fields, fragments spread out.
    #[arg(long, env = "MAX_QUERY_DEPTH", default_value_t = 16)]
    pub max_query_depth: u64,
    /// The most fields of a query, fragments spread out.
    #[arg(long, env = "MAX_QUERY_FIELDS", default_value_t = 2000)]
    pub max_query_fields: u64,
    /// The most fields at the root of an operation.
    #[arg(long, env = "MAX_QUERY_ROOT_FIELDS", default_value_t = 20)]
    pub max_query_root_fields: u64,
    /// The most aliases of a query, fragments spread out.
    #[arg(long, env = "MAX_QUERY_ALIASES", default_value_t = 50)]
    pub max_query_aliases: u64,
    /// The most directives of a query, fragments spread out.
    #[arg(long, env = "MAX_QUERY_DIRECTIVES", default_value_t = 50)]
    pub max_query_directives: u64,
    /// The highest cost of a query, in objects that its answer may have; see the README.
    #[arg(long, env = "MAX_QUERY_COST", default_value_t = 20_000)]
    pub max_query_cost: u64,
    /// The most values of a list in an argument or a variable.
    #[arg(long, env = "MAX_LIST_LENGTH", default_value_t = 250)]
    pub max_list_length: u64,
    /// The longest that a query may take.
    #[arg(long, env = "QUERY_TIMEOUT", default_value = "10s", value_parser = humantime::parse_duration)]
    pub query_timeout: Duration,
}

/// A query is too large; `code` is stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// A limit: its code, what it is about, how much there is, the most that may be.
type Limit<'l> = (&'static str, &'l str, u64, u64);

fn hold(limits: &[Limit<'_>]) -> Result<(), TooLarge> {
    match limits.iter().find(|(_, _, is, most)| is > most) {
        None => Ok(()),
        Some((code, what, is, most)) => {
            Err(TooLarge { code, message: format!("The query has {what} of {is}; {most} is the most.") })
        }
    }
}

impl Limits {
    /// Refuses a text that is too long, or nested too deep to be parsed.
    pub fn check_text(&self, query: &str) -> Result<(), TooLarge> {
        let length = tokens::measure(query);
        hold(&[
            ("QUERY_TOO_LONG", "a length in tokens", length.tokens, self.max_query_tokens),
            ("QUERY_TOO_DEEP", "a nesting of brackets", length.brackets, DEEPEST_BRACKETS),
        ])
    }

    /// Refuses a document that is too large once its fragments are spread out, or that spreads a fragment in
    /// itself. Says whether the document asks for the schema.
    pub fn check_document(&self, document: &ExecutableDocument) -> Result<Checked, TooLarge> {
        let definitions = (document.operations.iter().count() + document.fragments.len()) as u64;
        hold(&[(
            "TOO_MANY_DEFINITIONS",
            "a number of operations and fragments",
            definitions,
            MOST_DEFINITIONS,
        )])?;
        let size = size::of(document).map_err(|size::Endless(name)| TooLarge {
            code: "GRAPHQL_VALIDATION_FAILED",
            message: format!("The fragment `{name}` spreads itself, so the query would never end."),
        })?;
        let together = MOST_DIRECTIVES_TOGETHER;
        hold(&[
            ("QUERY_TOO_DEEP", "a depth", size.depth, self.max_query_depth),
            ("TOO_MANY_FIELDS", "a number of fields", size.fields, self.max_query_fields),
            ("TOO_MANY_ROOT_FIELDS", "a number of root fields", size.root_fields, self.max_query_root_fields),
            ("TOO_MANY_ALIASES", "a number of aliases", size.aliases, self.max_query_aliases),
            ("TOO_MANY_DIRECTIVES", "a number of directives", size.directives, self.max_query_directives),
            (
                "TOO_MANY_DIRECTIVES",
                "a number of directives in one place",
                size.directives_together,
                together,
            ),
            ("LIST_TOO_LONG", "a list in an argument", size.longest_list, self.max_list_length),
        ])?;
        Ok(Checked { introspects: size.introspects })
    }

    /// Refuses an operation that would cost too much with its variables, or whose variables are too long;
    /// says what it costs. The document has to have passed [`Limits::check_document`].
    pub(super) fn check_operation(
        &self,
        prices: &Prices,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Result<u64, TooLarge> {
        let longest = variables.values().map(size::longest_list).max().unwrap_or_default();
        hold(&[("LIST_TOO_LONG", "a list in a variable", longest, self.max_list_length)])?;
        let cost = prices.of(document, operation, variables);
        hold(&[("QUERY_TOO_COSTLY", "a cost", cost, self.max_query_cost)])?;
        Ok(cost)
    }
}

/// What is known of a document that is not too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether it asks for the schema.
    pub introspects: bool,
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Settings {
        #[command(flatten)]
        limits: Limits,
    }

    fn limits() -> Limits {
        Settings::parse_from(["gateway"]).limits
    }

    fn bomb(fragments: usize) -> String {
        let fragment = |number| format!(" fragment f{number} on Query {{ ...f{0} ...f{0} }}", number + 1);
        let spreading: String = (0..fragments).map(fragment).collect();
        "{ ...f0 }".to_owned() + &spreading + &format!(" fragment f{fragments} on Query {{ shops {{ id }} }}")
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_code() {
        let circle = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }";
        let cases = [
            ("{ shops { id } }".to_owned(), None),
            (bomb(3), None),
            (bomb(25), Some("TOO_MANY_FIELDS")),
            (bomb(70), Some("TOO_MANY_FIELDS")),
            (bomb(101), Some("TOO_MANY_DEFINITIONS")),
            (format!("{{ {} }}", "a { ".repeat(20) + "b" + &" }".repeat(20)), Some("QUERY_TOO_DEEP")),
            (format!("{{ shops {{ {} }} }}", "a: id ".repeat(51)), Some("TOO_MANY_ALIASES")),
            (format!("{{ {} }}", "__typename ".repeat(21)), Some("TOO_MANY_ROOT_FIELDS")),
            (
                format!("{{ ...f }} fragment f on Query {{ {} }}", "a ".repeat(21)),
                Some("TOO_MANY_ROOT_FIELDS"),
            ),
            (format!("{{ shops {{ {} }} }}", "id @a ".repeat(51)), Some("TOO_MANY_DIRECTIVES")),
            ("{ shops { id @a @a @a @a @a } }".to_owned(), Some("TOO_MANY_DIRECTIVES")),
            (format!("{{ nodes(ids: [{}]) {{ id }} }}", "1 ".repeat(251)), Some("LIST_TOO_LONG")),
            (format!("query($a: A = {{ a: [{}] }}) {{ a }}", "1 ".repeat(251)), Some("LIST_TOO_LONG")),
            (circle.to_owned(), Some("GRAPHQL_VALIDATION_FAILED")),
            (format!("{{ shops {{ id }} }} {}", &circle[9..]), Some("GRAPHQL_VALIDATION_FAILED")),
        ];
        for (query, expected) in cases {
            let document = parse_query(&query).unwrap();
            let code = limits().check_document(&document).err().map(|error| error.code);
            assert_eq!(code, expected, "{}", &query[..query.len().min(80)]);
        }
    }

    #[test]
    fn a_text_that_is_too_long_or_too_deep_is_not_parsed() {
        let cases = [
            ("{ shops { id } }".to_owned(), None),
            (format!("{{ shops {{ id }} }} # {}", "x ".repeat(50_000)), None),
            (format!("{{ {} }}", "id ".repeat(2000)), Some("QUERY_TOO_LONG")),
            ("{ a ".repeat(101), Some("QUERY_TOO_DEEP")),
            (format!("{{ a(b: {} }}", "[".repeat(100)), Some("QUERY_TOO_DEEP")),
        ];
        for (query, expected) in cases {
            let code = limits().check_text(&query).err().map(|error| error.code);
            assert_eq!(code, expected, "{}", &query[..query.len().min(80)]);
        }
    }

    #[test]
    fn a_document_that_asks_for_the_schema_is_known() {
        let cases = [
            ("{ __typename shops { __typename } }", false),
            ("{ __schema { queryType { name } } }", true),
            ("{ ...a } fragment a on Query { b: __type(name: \"Shop\") { name } }", true),
        ];
        for (query, introspects) in cases {
            assert_eq!(limits().check_document(&parse_query(query).unwrap()), Ok(Checked { introspects }));
        }
    }
}
