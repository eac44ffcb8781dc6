//! The GraphQL schema and its resolvers.
//!
//! A resolver that needs a row asks a loader for it, never the database: a page costs the same number of
//! statements however many cards it has. Resolvers return [`errors::ApiError`]; no store's error reaches a
//! client.

pub mod card;
pub mod compare;
pub mod connection;
pub mod document;
pub mod errors;
pub mod facets;
pub mod filter;
mod follow;
pub mod fresh;
mod gaps;
pub mod history;
mod ids;
pub(crate) mod kept;
mod lasting;
mod lean;
mod loaders;
pub mod money;
pub mod names;
pub mod offer;
mod packed;
mod parts;
mod plan;
pub mod query;
pub mod request;
mod response;
mod rows;
pub mod scalars;
pub(crate) mod served;
pub mod sort;
pub mod specs;
mod straight;
pub mod subscribe;
pub mod subscription;
mod validated;
pub(crate) mod warming;
mod written;

use std::sync::Arc;

use async_graphql::{
    EmptyMutation, Request, SDLExportOptions, Schema, SchemaBuilder, ValidationMode, Variables,
    parser::types::ExecutableDocument,
};
use chrono::{DateTime, Utc};
use tokio::task::coop::unconstrained;

use self::{
    document::Document, fresh::FreshData, lean::Lean, query::Query, request::RequestData,
    subscription::Subscription,
};

/// The schema.
pub type CatalogueSchema = Schema<Query, EmptyMutation, Subscription>;

/// The schema that is served. How large a query may be is checked before it is executed (see [`crate::http::limits`]):
/// async-graphql's own limits come too late for that.
#[derive(Clone)]
pub struct ServedSchema {
    validating: CatalogueSchema,
    /// The same for requests that are known to be valid.
    trusting: CatalogueSchema,
}

impl ServedSchema {
    /// Builds it.
    pub fn new() -> Self {
        let trusting = roots().validation_mode(ValidationMode::Fast).finish();
        Self { validating: roots().finish(), trusting }
    }
}

impl Default for ServedSchema {
    fn default() -> Self {
        Self::new()
    }
}

/// The same schema for subscriptions: each event gets data of its own. A request needs a [`crate::changes::Hearing`]
/// beside its [`request::RequestData`].
pub fn subscription_schema(fresh: FreshData) -> CatalogueSchema {
    roots().extension(fresh).finish()
}

fn roots() -> SchemaBuilder<Query, EmptyMutation, Subscription> {
    Schema::build(Query, EmptyMutation, Subscription)
        .disable_suggestions()
        .override_output_type_description::<DateTime<Utc>>(
            "A moment by RFC 3339: `2024-01-17T09:30:00+00:00`.",
        )
}

/// An answer in GraphQL's JSON form.
#[derive(Clone, Debug)]
pub struct Executed {
    /// An object with `data`, `errors` or both.
    pub body: Vec<u8>,
    /// There are no errors.
    pub complete: bool,
    /// There is an error for want of a store.
    pub unavailable: bool,
    /// The request was refused before it was executed: there is no `data`.
    pub refused: bool,
}

/// Executes an operation of a document. `data` is made anew for each time that it is tried.
///
/// Loaders gather keys for as long as resolvers can go on by themselves; tokio would interrupt them after a hundred
/// or so, and what a page costs would depend on where. So here it doesn't: a request is bounded by how large its
/// query may be.
pub async fn execute(
    schema: &ServedSchema,
    document: &Document,
    operation: Option<&str>,
    variables: Variables,
    data: impl Fn() -> RequestData,
) -> Executed {
    let request = |parsed: &ExecutableDocument, variables: Variables| {
        let mut request = Request::new("").variables(variables).data(data());
        request.operation_name = operation.map(str::to_owned);
        request.set_parsed_query(parsed.clone());
        request
    };
    let Some(plan) = document.plan(operation) else {
        let request = request(document.parsed(), variables);
        return response::write(None, &schema.validating.execute(request).await);
    };
    let kinds = plan.validated.kinds(&variables);
    let is_valid = plan.validated.knows(kinds);
    if let Some(cut_down) = plan.cut_down().filter(|_| is_valid) {
        let lean = Arc::<Lean>::default();
        let request = request(cut_down, variables.clone()).data(Arc::clone(plan)).data(Arc::clone(&lean));
        let response = unconstrained(schema.trusting.execute(request)).await;
        if !lean.needed_more() {
            return response::write(Some(plan), &response);
        }
    }
    let schema = if is_valid { &schema.trusting } else { &schema.validating };
    let request = request(document.parsed(), variables).data(Arc::clone(plan));
    let response = unconstrained(schema.execute(request)).await;
    let executed = response::write(Some(plan), &response);
    if !is_valid && !executed.refused {
        plan.validated.remember(kinds);
    }
    executed
}

/// The schema in GraphQL's schema definition language, as it stands in `schema.graphql`.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .prefer_single_line_descriptions()
        .include_specified_by();
    let sdl = roots().finish().sdl_with_options(options);
    let lines: Vec<&str> = sdl.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim())
}
