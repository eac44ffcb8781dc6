//! `collector rejects`: what shops sent that could not be read.

use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::{
    CommandError, ROWS, Shops,
    output::{self, Row},
};
use crate::store::{Refusal, Store};

/// What a person can do about what was refused.
#[derive(Clone, Debug, Subcommand)]
pub enum Rejects {
    /// List what was refused, the latest first.
    List(List),
    /// Show one refusal and what was refused.
    Show(Show),
}

/// What is listed.
#[derive(Clone, Debug, Args)]
pub struct List {
    /// Only of this shop.
    #[arg(long)]
    shop: Option<String>,
    /// Only of this kind.
    #[arg(long)]
    kind: Option<Kind>,
    /// How many at most.
    #[arg(long, default_value = ROWS, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    limit: i64,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// What is shown.
#[derive(Clone, Debug, Args)]
pub struct Show {
    /// The refusal's number.
    id: i64,
    /// Only the bytes that were refused, as they came.
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    /// A JSON object.
    #[arg(long)]
    json: bool,
}

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A whole page.
    Page,
    /// An item of a page.
    Item,
    /// A field of an item whose other fields are used.
    Field,
}

#[derive(Serialize)]
struct RefusalLine {
    id: i64,
    shop: String,
    kind: String,
    listing: String,
    field: String,
    reason: String,
    count: i64,
    first_seen_at: String,
    last_seen_at: String,
    content_bytes: i64,
    kept_bytes: i64,
    replayed_at: Option<String>,
}

impl Row for RefusalLine {
    const HEADINGS: &'static [&'static str] =
        &["ID", "SHOP", "KIND", "LISTING", "FIELD", "REASON", "COUNT", "BYTES", "LAST SEEN", "REPLAYED"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.shop.clone(),
            self.kind.clone(),
            self.listing.clone(),
            self.field.clone(),
            self.reason.clone(),
            self.count.to_string(),
            self.content_bytes.to_string(),
            self.last_seen_at.clone(),
            self.replayed_at.clone().unwrap_or_else(|| "no".to_owned()),
        ]
    }
}

impl From<Refusal> for RefusalLine {
    fn from(refusal: Refusal) -> Self {
        Self {
            id: refusal.id,
            shop: refusal.shop,
            kind: refusal.kind,
            listing: refusal.listing_id,
            field: refusal.field,
            reason: refusal.reason,
            count: refusal.count,
            first_seen_at: output::moment(refusal.first_seen_at),
            last_seen_at: output::moment(refusal.last_seen_at),
            content_bytes: refusal.content_bytes,
            kept_bytes: refusal.kept_bytes,
            replayed_at: refusal.replayed_at.map(output::moment),
        }
    }
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    refusal: RefusalLine,
    content: String,
}

pub(super) async fn run(
    rejects: Rejects,
    store: &Store,
    shops: &Shops,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    match rejects {
        Rejects::List(List { shop, kind, limit, json }) => {
            let shop = shop.as_deref().map(|slug| shops.named(slug)).transpose()?.map(|shop| shop.slug());
            let kind = kind.and_then(|kind| kind.to_possible_value());
            let kind = kind.as_ref().map(clap::builder::PossibleValue::get_name);
            let rejects = store.rejects(shop, kind, limit).await?;
            let lines: Vec<RefusalLine> = rejects.into_iter().map(RefusalLine::from).collect();
            Ok(output::rows(out, &lines, json, "Nothing was refused.")?)
        }
        Rejects::Show(show) => self::show(&show, store, out).await,
    }
}

async fn show(show: &Show, store: &Store, out: &mut impl Write) -> Result<(), CommandError> {
    let refused = store.reject(show.id).await?.ok_or(CommandError::NoRefusal(show.id))?;
    if show.raw {
        return Ok(out.write_all(&refused.content)?);
    }
    let content = String::from_utf8_lossy(&refused.content).into_owned();
    let refusal = RefusalLine::from(refused.refusal);
    if show.json {
        return Ok(output::json(out, &Shown { refusal, content })?);
    }
    let names =
        ["id", "shop", "kind", "listing", "field", "reason", "count", "bytes", "last seen", "replayed"];
    for (name, cell) in names.iter().zip(refusal.cells()) {
        writeln!(out, "{name:<10} {}", output::plain(&cell))?;
    }
    writeln!(out, "{:<10} {}", "first seen", refusal.first_seen_at)?;
    if refusal.kept_bytes < refusal.content_bytes {
        writeln!(out, "Only the first {} bytes are kept:", refusal.kept_bytes)?;
    }
    writeln!(out)?;
    for line in content.lines() {
        writeln!(out, "{}", output::plain(line))?;
    }
    Ok(())
}
