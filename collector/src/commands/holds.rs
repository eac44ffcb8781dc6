//! `collector holds`: what shops say that is not believed yet.

use std::io::Write;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    CommandError, ROWS, Shops,
    output::{self, Row},
};
use crate::store::{Held, Hold, HoldKind, Store};

/// What a person can do about what waits to be believed.
#[derive(Clone, Debug, Subcommand)]
pub enum Holds {
    /// List prices, removals and listings whose own change time went back that are not believed yet.
    List(List),
    /// Believe what waits of a listing or of a shop: the next crawl follows what the shop then says.
    Release(Release),
}

/// What is listed.
#[derive(Clone, Debug, Args)]
pub struct List {
    /// Only of this shop.
    #[arg(long)]
    shop: Option<String>,
    /// Of how many listings at most.
    #[arg(long, default_value = ROWS, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    limit: i64,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// What is believed, and by whom.
#[derive(Clone, Debug, Args)]
pub struct Release {
    /// A listing as `shop/id`, e.g. netvideo/10482.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    listing: Option<String>,
    /// All that waits of this shop.
    #[arg(long, value_name = "SHOP")]
    all: Option<String>,
    /// Only what is of this kind.
    #[arg(long)]
    kind: Option<HoldKind>,
    /// Who decides; it is kept with the decision.
    #[arg(long, env = "USER")]
    by: String,
}

#[derive(Serialize)]
struct HoldLine {
    shop: String,
    listing: String,
    kind: &'static str,
    since: String,
    known: String,
    held: String,
    why: String,
    released: bool,
    title: String,
}

impl Row for HoldLine {
    const HEADINGS: &'static [&'static str] =
        &["LISTING", "KIND", "SINCE", "KNOWN", "HELD", "WHY", "RELEASED", "TITLE"];

    fn cells(&self) -> Vec<String> {
        let released = if self.released { "yes" } else { "no" };
        vec![
            format!("{}/{}", self.shop, self.listing),
            self.kind.to_owned(),
            self.since.clone(),
            self.known.clone(),
            self.held.clone(),
            self.why.clone(),
            released.to_owned(),
            self.title.clone(),
        ]
    }
}

impl From<Hold> for HoldLine {
    fn from(hold: Hold) -> Self {
        let (believed, seen, why) = match &hold.held {
            Held::Price { known, seen } => (
                output::price(known),
                output::price(seen),
                "too far from the known price, seen in one crawl".to_owned(),
            ),
            Held::Older { known, seen, crawls } => (
                output::moment(*known),
                output::moment_or_unknown(*seen),
                format!("its change time went back, seen in {crawls} crawl(s)"),
            ),
            Held::Removal { .. } => (
                "in the shop".to_owned(),
                "gone".to_owned(),
                "too much of the shop vanished at once, or it can't all be read".to_owned(),
            ),
        };
        Self {
            kind: hold.held.kind().name(),
            since: output::moment_or_unknown(hold.since),
            known: believed,
            held: seen,
            why,
            released: hold.is_released,
            shop: hold.shop,
            listing: hold.listing_id,
            title: hold.title,
        }
    }
}

pub(super) async fn run(
    holds: Holds,
    store: &Store,
    shops: &Shops,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    match holds {
        Holds::List(List { shop, limit, json }) => {
            let shop = shop.as_deref().map(|slug| shops.named(slug)).transpose()?.map(|shop| shop.slug());
            let holds = store.holds(shop, None, limit).await?;
            let lines: Vec<HoldLine> = holds.into_iter().map(HoldLine::from).collect();
            Ok(output::rows(out, &lines, json, "Nothing waits to be believed.")?)
        }
        Holds::Release(release) => self::release(release, store, shops, out).await,
    }
}

async fn release(
    release: Release,
    store: &Store,
    shops: &Shops,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let by = release.by.trim();
    if by.is_empty() {
        return Err(CommandError::Nobody);
    }
    let (shop, listing, name) = match (&release.listing, &release.all) {
        (Some(name), _) => {
            let (shop, id) = shops.listing(name)?;
            (shop, Some(id), name.clone())
        }
        (None, all) => {
            let shop = shops.named(all.as_deref().unwrap_or_default())?.slug();
            (shop, None, shop.to_owned())
        }
    };
    let released = store.release(shop, listing, release.kind, by.to_owned()).await?;
    if released == 0 {
        return Err(CommandError::NothingHeld(name));
    }
    writeln!(out, "Released {released} of {name}: the next crawl follows what the shop then says.")?;
    Ok(())
}
