//! The settings of the outside over HTTP.

use std::path::PathBuf;

use super::{cors::Origins, limits::Limits};

/// The settings of the outside over HTTP.
#[derive(Clone, Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable of its own")]
pub struct HttpSettings {
    /// How large a request may be.
    #[command(flatten)]
    pub limits: Limits,
    /// Serve the playground at /graphiql.
    #[arg(long, env = "GRAPHIQL", default_value_t = true, action = clap::ArgAction::Set)]
    pub graphiql: bool,
    /// Serve the storefront at /, and trust the documents that it sends.
    #[arg(long, env = "STOREFRONT", default_value_t = true, action = clap::ArgAction::Set)]
    pub storefront: bool,
    /// Tell the schema to whoever asks, by introspection and at /schema.graphql.
    #[arg(long, env = "INTROSPECTION", default_value_t = true, action = clap::ArgAction::Set)]
    pub introspection: bool,
    /// A file of documents that clients may name by their identifiers: a JSON object of identifiers and
    /// documents, or Apollo's persisted query manifest.
    #[arg(long, env = "TRUSTED_DOCUMENTS")]
    pub trusted_documents: Option<PathBuf>,
    /// Answer the documents of TRUSTED_DOCUMENTS, and those of the storefront if it is served, and no others.
    #[arg(long, env = "TRUSTED_DOCUMENTS_ONLY", default_value_t = false, action = clap::ArgAction::Set)]
    pub trusted_documents_only: bool,
    /// Whose pages may read answers in a browser, e.g. `https://shop.example,http://localhost:5173`; `*` is
    /// everyone's.
    #[arg(long, env = "CORS_ORIGINS", default_value = "")]
    pub cors_origins: Origins,
    /// The most queries that are worked out at once; as many wait, and whoever comes then is told to try again.
    #[arg(long, env = "MAX_CONCURRENT_REQUESTS", default_value_t = 128, value_parser = at_least_one)]
    pub max_concurrent_requests: usize,
    /// The most sockets and event streams at once, and the most subscriptions on them.
    #[arg(long, env = "MAX_SUBSCRIBERS", default_value_t = 10_000, value_parser = at_least_one)]
    pub max_subscribers: usize,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("give a whole number from 1 on".to_owned()),
        Ok(number) => Ok(number),
    }
}
