//! `gateway matches`: a person looks at pairs of listings that the rules left in doubt, and decides.

use std::io::Write;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use merge::Identity;
use sqlx::{PgPool, types::Json};

use crate::apply::{Applier, ApplyError};

/// What a person can do about pairs of listings.
#[derive(Clone, Debug, Subcommand)]
pub enum Matches {
    /// List the pairs that the rules kept apart but that may be one product, the likeliest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Show what was read from two listings, why they are or are not one card, and what was decided before.
    Show(Pair),
    /// Decide that two listings are one product.
    Join(Decision),
    /// Decide that two listings are not one product.
    Split(Decision),
}

/// Two listings.
#[derive(Clone, Debug, Args)]
pub struct Pair {
    /// A listing as `shop/id`, e.g. `netvideo/10482`.
    one: String,
    /// Another listing.
    other: String,
}

/// What is decided about two listings, and by whom.
#[derive(Clone, Debug, Args)]
pub struct Decision {
    #[command(flatten)]
    pair: Pair,
    /// Who decides; it is kept with the decision.
    #[arg(long, env = "USER")]
    by: String,
}

/// Why a command did nothing.
#[derive(Debug, thiserror::Error)]
pub enum MatchesError {
    /// The text names no listing.
    #[error("{0:?} does not name a listing: write the shop and its own id of it, like netvideo/10482")]
    NoName(String),
    /// There is no such listing.
    #[error("the listing {0} is not known; `gateway matches list` shows some that are")]
    Unknown(String),
    /// Both are one.
    #[error("{0} is given twice: a pair is two listings")]
    Twice(String),
    /// Nobody decides.
    #[error("who decides? give --by NAME, it is kept with the decision")]
    Nobody,
    /// The database refused.
    #[error("the database: {0}")]
    Store(#[from] sqlx::Error),
    /// The decision could not be put in force.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Nobody reads the output.
    #[error("the output can't be written: {0}")]
    Output(#[from] std::io::Error),
}

#[derive(sqlx::FromRow)]
struct Doubt {
    one: String,
    one_title: String,
    other: String,
    other_title: String,
    score: f64,
    explanation: String,
}

#[derive(sqlx::FromRow)]
struct Known {
    id: i64,
    gone: bool,
    title: String,
    url: String,
    card_id: Option<i64>,
    identity: Option<Json<Identity>>,
    match_keys: Vec<String>,
    card_name: Option<String>,
    card_slug: Option<String>,
    match_explanation: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Decided {
    same: bool,
    by: String,
    at: DateTime<Utc>,
}

/// Does what a person asked for, and writes what there is to say.
pub async fn run(
    command: Matches,
    pool: &PgPool,
    applier: &Applier,
    out: &mut impl Write,
) -> Result<(), MatchesError> {
    match command {
        Matches::List { limit } => list(pool, limit, out).await,
        Matches::Show(pair) => show(pool, &pair, out).await,
        Matches::Join(decision) => decide(pool, applier, &decision, true, out).await,
        Matches::Split(decision) => decide(pool, applier, &decision, false, out).await,
    }
}

async fn list(pool: &PgPool, limit: i64, out: &mut impl Write) -> Result<(), MatchesError> {
    let doubts: Vec<Doubt> =
        sqlx::query_as(include_str!("../../sql/gateway/doubts_list.sql")).bind(limit).fetch_all(pool).await?;
    if doubts.is_empty() {
        writeln!(out, "No pair is in doubt.")?;
    }
    for doubt in doubts {
        writeln!(out, "{} {}  ({:.0} %)", doubt.one, doubt.other, doubt.score * 100.0)?;
        writeln!(out, "    {}\n    {}\n    {}", doubt.one_title, doubt.other_title, doubt.explanation)?;
    }
    Ok(())
}

async fn show(pool: &PgPool, pair: &Pair, out: &mut impl Write) -> Result<(), MatchesError> {
    let (one, other) = both(pool, pair).await?;
    for (name, listing) in [(&pair.one, &one), (&pair.other, &other)] {
        writeln!(out, "{name}{}", if listing.gone { "  (gone)" } else { "" })?;
        writeln!(out, "    {}\n    {}", listing.title, listing.url)?;
        if let Some(identity) = &listing.identity {
            let read = serde_json::to_string(&identity.0).unwrap_or_default();
            writeln!(out, "    read as {read}")?;
        }
        writeln!(out, "    compared under {}", listing.match_keys.join(", "))?;
        match (&listing.card_name, &listing.card_slug, &listing.match_explanation) {
            (Some(name), Some(slug), Some(why)) => writeln!(out, "    part of {name} ({slug}): {why}")?,
            _ => writeln!(out, "    part of no card")?,
        }
    }
    let ids = (one.id.min(other.id), one.id.max(other.id));
    let same_card = one.card_id.is_some() && one.card_id == other.card_id;
    writeln!(out, "They are {} card.", if same_card { "one" } else { "not one" })?;
    let doubt: Option<(f64, String)> = sqlx::query_as(include_str!("../../sql/gateway/doubt_of_pair.sql"))
        .bind(ids.0)
        .bind(ids.1)
        .fetch_optional(pool)
        .await?;
    if let Some((score, explanation)) = doubt {
        writeln!(out, "In doubt ({:.0} %): {explanation}", score * 100.0)?;
    }
    let decided: Vec<Decided> = sqlx::query_as(include_str!("../../sql/gateway/decisions_of_pair.sql"))
        .bind(ids.0)
        .bind(ids.1)
        .fetch_all(pool)
        .await?;
    for Decided { same, by, at } in decided {
        let what = if same { "one product" } else { "not one product" };
        writeln!(out, "{by} decided at {}: {what}", at.format("%Y-%m-%d %H:%M:%S UTC"))?;
    }
    Ok(())
}

async fn decide(
    pool: &PgPool,
    applier: &Applier,
    decision: &Decision,
    same: bool,
    out: &mut impl Write,
) -> Result<(), MatchesError> {
    if decision.by.trim().is_empty() {
        return Err(MatchesError::Nobody);
    }
    let (one, other) = both(pool, &decision.pair).await?;
    applier.decide(one.id, other.id, same, decision.by.trim()).await?;
    show(pool, &decision.pair, out).await
}

async fn both(pool: &PgPool, pair: &Pair) -> Result<(Known, Known), MatchesError> {
    let (one, other) = (named(pool, &pair.one).await?, named(pool, &pair.other).await?);
    if one.id == other.id {
        return Err(MatchesError::Twice(pair.one.clone()));
    }
    Ok((one, other))
}

async fn named(pool: &PgPool, name: &str) -> Result<Known, MatchesError> {
    let (shop, id) = name
        .split_once('/')
        .filter(|(shop, id)| !shop.is_empty() && !id.is_empty())
        .ok_or_else(|| MatchesError::NoName(name.to_owned()))?;
    sqlx::query_as(include_str!("../../sql/gateway/listing_by_name.sql"))
        .bind(shop)
        .bind(id)
        .fetch_optional(pool)
        .await?
        .ok_or_else(|| MatchesError::Unknown(name.to_owned()))
}
