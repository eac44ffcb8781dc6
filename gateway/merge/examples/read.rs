//! Shows what is read from titles: one on each line of the standard input.
//!
//! `cargo run -p merge --example read < TITLES`; with `--speed` it says how long reading and grouping take instead.

use std::error::Error;
use std::io::{Write, stdin, stdout};
use std::time::Instant;

use chrono::DateTime;
use merge::{Candidate, Identity, ListingRef, group};

/// How often each title is read to measure the time.
const ROUNDS: u32 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let titles: Vec<String> = stdin().lines().collect::<Result<_, _>>()?;
    let listings: Vec<_> = titles.iter().map(|title| listing(title)).collect();
    let mut out = stdout().lock();
    if std::env::args().any(|argument| argument == "--speed") {
        return measure(&mut out, &listings);
    }
    for listing in &listings {
        let identity = Identity::read(listing);
        let keys: Vec<String> = identity.keys().iter().map(ToString::to_string).collect();
        writeln!(
            out,
            "{}\n    {}\n    {}",
            listing.title,
            serde_json::to_string(&identity)?,
            keys.join("  ")
        )?;
    }
    Ok(())
}

fn measure(out: &mut impl Write, listings: &[events::Listing]) -> Result<(), Box<dyn Error>> {
    let count = u32::try_from(listings.len())?.max(1);
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for listing in listings {
            std::hint::black_box(Identity::read(std::hint::black_box(listing)));
        }
    }
    writeln!(out, "reading: {:?} a listing", start.elapsed() / ROUNDS / count)?;
    let identities: Vec<Identity> = listings.iter().map(Identity::read).collect();
    let ids: Vec<String> = (0..listings.len()).map(|number| number.to_string()).collect();
    let candidates: Vec<Candidate<'_>> = identities
        .iter()
        .zip(&ids)
        .zip(0..)
        .map(|((identity, id), number)| Candidate {
            listing: ListingRef(number),
            shop: if number % 2 == 0 { "netvideo" } else { "countrylink" },
            shop_listing_id: id,
            identity,
        })
        .collect();
    for size in [2, 8, 32] {
        let start = Instant::now();
        let mut blocks = 0;
        for block in candidates.chunks(size) {
            std::hint::black_box(group(std::hint::black_box(block), &[]));
            blocks += 1;
        }
        writeln!(out, "grouping {size} listings: {:?}", start.elapsed() / blocks.max(1))?;
    }
    Ok(())
}

fn listing(title: &str) -> events::Listing {
    events::Listing {
        title: title.to_owned(),
        url: String::new(),
        brand: None,
        gpu: None,
        mpns: Vec::new(),
        gtins: Vec::new(),
        price: events::Price { amount_minor: 1, currency: "USD".to_owned() },
        availability: events::Availability::Unknown,
        stock: None,
        images: Vec::new(),
        specs: events::Specs::default(),
        interfaces: events::Interfaces::default(),
        technologies: None,
        shop_updated_at: DateTime::UNIX_EPOCH,
    }
}
