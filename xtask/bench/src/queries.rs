//! What is asked: five queries as a shop's pages have them, and variables for them by chance. Pure.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{Rng, rngs::SmallRng, seq::IndexedRandom};
use serde_json::{Value, json};

use crate::catalogue::{BRANDS, PRICES_FROM_MINOR, PRICES_SPAN_MINOR, TECHNOLOGIES};

/// One of the queries.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) name: &'static str,
    pub(crate) asks_for: &'static str,
    pub(crate) document: &'static str,
    /// Variables by chance; of so many cards.
    pub(crate) variables: fn(&mut SmallRng, cards: i64) -> Value,
    /// Where in an answer its cards stand, and how many there have to be for the answer to be whole.
    pub(crate) cards_at: &'static str,
    pub(crate) cards: usize,
    /// What its cold answers have to reach.
    pub(crate) cold: Cold,
}

/// What the cold answers of a query have to reach.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cold {
    /// A part of what pgbench reaches with the loaders' statements.
    OfStatements(f64),
    /// A part of what the cold answers of another query reach.
    OfQuery(&'static str, f64),
}

impl Cold {
    /// The query whose cold answers those are held against.
    pub(crate) fn other_query(self) -> Option<&'static Query> {
        match self {
            Self::OfStatements(_) => None,
            Self::OfQuery(name, _) => QUERIES.iter().find(|query| query.name == name),
        }
    }
}

/// All of them.
pub(crate) static QUERIES: [Query; 5] = [
    Query {
        name: "Q1",
        asks_for: "one card by its id, with offers and technologies",
        document: include_str!("../queries/q1.graphql"),
        variables: |random, cards| {
            let id = URL_SAFE_NO_PAD.encode(format!("VideoCard:{}", random.random_range(1..=cards)));
            json!({ "id": id })
        },
        cards_at: "/data/videoCard",
        cards: 1,
        cold: Cold::OfStatements(0.5),
    },
    Query {
        name: "Q2",
        asks_for: "the 20 cheapest in a price window with a technology",
        document: include_str!("../queries/q2.graphql"),
        variables: |random, _| window(random),
        cards_at: "/data/videoCards/nodes",
        cards: 20,
        cold: Cold::OfStatements(0.8),
    },
    Query {
        name: "Q3",
        asks_for: "the 100 cheapest above a price, with everything that shops say",
        document: include_str!("../queries/q3.graphql"),
        variables: |random, _| json!({ "min": lowest(random) }),
        cards_at: "/data/videoCards/nodes",
        cards: 100,
        cold: Cold::OfStatements(0.8),
    },
    Query {
        name: "Q4",
        asks_for: "the 20 cheapest of a brand above a price, and how many there are",
        document: include_str!("../queries/q4.graphql"),
        variables: |random, _| {
            let brand = BRANDS.choose(random).map(|(slug, ..)| *slug);
            json!({ "brands": [brand], "min": lowest(random) })
        },
        cards_at: "/data/videoCards/nodes",
        cards: 20,
        cold: Cold::OfStatements(0.8),
    },
    Query {
        name: "Q5",
        asks_for: "Q2 with the count, all facets and price statistics",
        document: include_str!("../queries/q5.graphql"),
        variables: |random, _| window(random),
        cards_at: "/data/videoCards/nodes",
        cards: 20,
        cold: Cold::OfQuery("Q2", 0.5),
    },
];

/// A price window that has more than a page of cards even in a small catalogue, and a technology.
fn window(random: &mut SmallRng) -> Value {
    let min = PRICES_FROM_MINOR + random.random_range(0..PRICES_SPAN_MINOR / 2);
    let max = min + PRICES_SPAN_MINOR / 4 + random.random_range(0..PRICES_SPAN_MINOR / 4);
    let technology = TECHNOLOGIES.choose(random).map(|(code, ..)| *code);
    json!({ "min": decimal(min), "max": decimal(max), "technologies": [technology] })
}

/// A lowest price above which there are cards enough.
fn lowest(random: &mut SmallRng) -> String {
    decimal(PRICES_FROM_MINOR + random.random_range(0..PRICES_SPAN_MINOR / 2))
}

fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

impl Query {
    /// The body of a request.
    pub(crate) fn body(&self, random: &mut SmallRng, cards: i64) -> String {
        json!({ "query": self.document, "variables": (self.variables)(random, cards) }).to_string()
    }

    /// What is wrong with an answer.
    pub(crate) fn fault(&self, status: u16, body: &[u8]) -> Option<String> {
        if status != 200 {
            return Some(format!("the status {status}"));
        }
        let Ok(answer) = serde_json::from_slice::<Value>(body) else { return Some("no JSON".to_owned()) };
        if let Some(errors) = answer.get("errors") {
            return Some(format!("errors: {errors}"));
        }
        let cards = match answer.pointer(self.cards_at) {
            Some(Value::Array(cards)) => cards.len(),
            Some(Value::Object(_)) => 1,
            _ => 0,
        };
        (cards != self.cards).then(|| format!("{cards} cards instead of {}", self.cards))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_faulty_unless_it_has_all_its_cards_and_no_errors() {
        let (one, page) = (&QUERIES[0], &QUERIES[1]);
        let nodes = |count: usize| json!({ "data": { "videoCards": { "nodes": vec![json!({}); count] } } });
        let cases = [
            (one, 200, json!({ "data": { "videoCard": { "id": "1" } } }), false),
            (one, 200, json!({ "data": { "videoCard": null } }), true),
            (one, 503, json!({ "data": { "videoCard": { "id": "1" } } }), true),
            (one, 200, json!({ "data": { "videoCard": { "id": "1" } }, "errors": [{}] }), true),
            (page, 200, nodes(20), false),
            (page, 200, nodes(19), true),
            (page, 200, json!("data"), true),
        ];
        for (query, status, answer, faulty) in cases {
            assert_eq!(query.fault(status, answer.to_string().as_bytes()).is_some(), faulty, "{answer}");
        }
    }
}
