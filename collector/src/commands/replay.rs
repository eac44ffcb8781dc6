//! `collector replay`: what was refused is read again by the present parser.

use std::io::Write;

use clap::Args;
use serde::Serialize;

use super::{CommandError, Shops, output};
use crate::{
    replay::{Replayed, What, replay},
    store::{Fate, Store},
};

/// What is read again.
#[derive(Clone, Debug, Args)]
pub struct Replay {
    /// Only of this shop.
    #[arg(long)]
    shop: Option<String>,
    /// Apply what can be read now; without it, it is only shown what would happen.
    #[arg(long)]
    apply: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct ReplayLine {
    shop: &'static str,
    listing: String,
    kind: String,
    refusal: Option<i64>,
    is_read: bool,
    is_news: bool,
    what: String,
}

impl From<Replayed> for ReplayLine {
    fn from(replayed: Replayed) -> Self {
        let (is_read, is_news, what) = match replayed.what {
            What::Read(Fate::News) => (true, true, "read, and news".to_owned()),
            What::Read(Fate::NothingNew) => (true, false, "read, and nothing new".to_owned()),
            What::Read(Fate::Outdated(why)) => (true, false, format!("read, and outdated: {why}")),
            What::StillRefused(why) => (false, false, format!("still refused: {why}")),
        };
        let Replayed { shop, kind, refusal, listing_id: listing, .. } = replayed;
        Self { shop, listing, kind, refusal, is_read, is_news, what }
    }
}

pub(super) async fn run(
    command: Replay,
    store: &Store,
    shops: &Shops,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let (mut all, mut read, mut news) = (0_u64, 0_u64, 0_u64);
    for shop in shops.chosen(command.shop.as_deref())? {
        let tell = |replayed: Replayed| -> Result<(), CommandError> {
            let line = ReplayLine::from(replayed);
            all += 1;
            read += u64::from(line.is_read);
            news += u64::from(line.is_news);
            if command.json {
                return Ok(output::json(out, &line)?);
            }
            let refusal = line.refusal.map_or_else(String::new, |id| format!(" {id}"));
            let listing = if line.listing.is_empty() { "?" } else { &line.listing };
            let name = output::plain(&format!("{}/{listing}", line.shop));
            Ok(writeln!(out, "{name}  ({}{refusal})  {}", line.kind, output::plain(&line.what))?)
        };
        replay(store, shop, !command.apply, tell).await?;
    }
    if command.json {
        return Ok(());
    }
    writeln!(out, "Of {all} listings, {read} can be read now, and {news} of them say something new.")?;
    if !command.apply && read > 0 {
        writeln!(out, "Nothing was changed: `collector replay --apply` applies it.")?;
    }
    Ok(())
}
