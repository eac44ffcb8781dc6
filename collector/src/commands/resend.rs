//! `collector resend`: what is known is sent again, for a consumer that lost it.

use std::{io::Write, time::Duration};

use clap::Args;
use events::Buckets;
use tokio::time::sleep;

use super::{CommandError, Shops};
use crate::{resend::LONGEST_OUTBOX, store::Store};

/// How often it is looked whether the outbox has become shorter.
const PAUSE: Duration = Duration::from_millis(200);

/// What is sent again.
#[derive(Clone, Debug, Args)]
pub struct Resend {
    /// Every listing of this shop, those included that are gone.
    #[arg(long, required_unless_present_any = ["listing", "all"])]
    shop: Option<String>,
    /// One listing as `shop/id`, e.g. netvideo/10482.
    #[arg(long, conflicts_with_all = ["shop", "all"])]
    listing: Option<String>,
    /// Every listing of every shop.
    #[arg(long, conflicts_with = "shop")]
    all: bool,
}

pub(super) async fn run(
    resend: Resend,
    store: &Store,
    shops: &Shops,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    if let Some(name) = resend.listing {
        let (shop, id) = shops.listing(&name)?;
        if !store.resend_one(shop, id).await? {
            return Err(CommandError::NoListing(name));
        }
        writeln!(out, "{name} is in the outbox again.")?;
        return Ok(());
    }
    for shop in shops.chosen(resend.shop.as_deref())? {
        let (mut listings, mut behind) = (0, Some(String::new()));
        while let Some(last) = behind {
            // News come first.
            while store.outbox_length(LONGEST_OUTBOX).await? >= LONGEST_OUTBOX {
                sleep(PAUSE).await;
            }
            let batch = store.resend(shop.slug(), None, Buckets::ALL, last).await?;
            listings += batch.count;
            behind = batch.last;
        }
        writeln!(out, "{listings} listings of {} are in the outbox again.", shop.slug())?;
    }
    Ok(())
}
