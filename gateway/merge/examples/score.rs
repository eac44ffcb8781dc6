//! Scores the merge on a file of labelled pairs of listings.
//!
//! `cargo run -p merge --example score -- FILE [--without-codes] [--verbose]`
//!
//! The file is JSON: `listings` by identifier (`shop`, `title`, and optionally `brand`, `part_numbers`, `gtin`,
//! `title_without_codes`, `attributes.chipset`, `attributes.memory`), and the lists `same` and `different` of pairs
//! `a`, `b` with `strength` and optionally `decidable_from_title`. It prints precision, recall and F1 by strength,
//! for every pair decided alone and for the whole file decided at once; `--verbose` adds each wrong merge and each
//! miss with its explanation.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write, stdout};

use chrono::DateTime;
use merge::{Candidate, Grouping, Identity, ListingRef, group};
use serde::Deserialize;

#[derive(Deserialize)]
struct Labelled {
    listings: BTreeMap<String, LabelledListing>,
    same: Vec<Pair>,
    different: Vec<Pair>,
}

#[derive(Deserialize)]
struct LabelledListing {
    #[serde(default)]
    shop: Option<String>,
    title: String,
    #[serde(default)]
    title_without_codes: Option<String>,
    #[serde(default)]
    brand: Option<String>,
    #[serde(default)]
    part_numbers: Vec<String>,
    #[serde(default)]
    gtin: Option<String>,
    #[serde(default)]
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(default)]
    chipset: Option<String>,
    #[serde(default)]
    memory: Option<f64>,
}

#[derive(Deserialize)]
struct Pair {
    a: String,
    b: String,
    strength: String,
    #[serde(default)]
    decidable_from_title: Option<bool>,
}

/// One listing of the file, read.
struct Read {
    shop: String,
    id: String,
    title: String,
    identity: Identity,
}

#[derive(Default)]
struct Tally {
    right_merges: usize,
    wrong_merges: usize,
    misses: usize,
    right_splits: usize,
}

impl Tally {
    fn count(&mut self, is_same: bool, is_merged: bool) {
        match (is_same, is_merged) {
            (true, true) => self.right_merges += 1,
            (true, false) => self.misses += 1,
            (false, true) => self.wrong_merges += 1,
            (false, false) => self.right_splits += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.right_merges += other.right_merges;
        self.wrong_merges += other.wrong_merges;
        self.misses += other.misses;
        self.right_splits += other.right_splits;
    }

    fn line(&self, name: &str) -> String {
        let share = |part: usize, whole: usize| {
            #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 pairs")]
            let share = if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
            share
        };
        let precision = share(self.right_merges, self.right_merges + self.wrong_merges);
        let recall = share(self.right_merges, self.right_merges + self.misses);
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        format!(
            "  {name:<28} precision {precision:.4}  recall {recall:.4}  F1 {f1:.4}  ({} merged right, {} wrong, {} missed, {} kept apart)",
            self.right_merges, self.wrong_merges, self.misses, self.right_splits
        )
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let file =
        arguments.iter().find(|argument| !argument.starts_with("--")).ok_or("say which file to score")?;
    let labelled: Labelled = serde_json::from_slice(&std::fs::read(file)?)?;
    let listings: BTreeMap<&str, Read> = labelled
        .listings
        .iter()
        .map(|(id, listing)| (id.as_str(), read(id, listing, has("--without-codes"))))
        .collect();
    let whole: Vec<&Read> = listings.values().collect();
    let groups_of_whole = group_numbers(&whole, &decide(&whole));
    let mut out = stdout().lock();
    for (name, is_whole) in [("each pair alone", false), ("the whole file at once", true)] {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for (pairs, is_same) in [(&labelled.same, true), (&labelled.different, false)] {
            for pair in pairs {
                let (Some(a), Some(b)) = (listings.get(pair.a.as_str()), listings.get(pair.b.as_str()))
                else {
                    return Err(format!("a pair names an unknown listing: {} {}", pair.a, pair.b).into());
                };
                let grouping = decide(&[a, b]);
                let is_merged = if is_whole {
                    groups_of_whole.get(&pair.a) == groups_of_whole.get(&pair.b)
                        && groups_of_whole.contains_key(&pair.a)
                } else {
                    grouping.groups.len() == 1 && grouping.groups[0].members.len() == 2
                };
                let hint = if pair.decidable_from_title == Some(false) { " (codes alone tell)" } else { "" };
                tallies.entry(format!("{}{hint}", pair.strength)).or_default().count(is_same, is_merged);
                if has("--verbose") && is_same != is_merged {
                    explain(&mut out, is_same, pair, a, b, &grouping)?;
                }
            }
        }
        report(&mut out, name, &tallies)?;
    }
    Ok(())
}

fn report(out: &mut impl Write, name: &str, tallies: &BTreeMap<String, Tally>) -> std::io::Result<()> {
    writeln!(out, "{name}:")?;
    let mut all = Tally::default();
    let mut sure = Tally::default();
    let mut from_titles = Tally::default();
    for (strength, tally) in tallies {
        writeln!(out, "{}", tally.line(strength))?;
        all.add(tally);
        if strength.starts_with("gold") {
            sure.add(tally);
        }
        if strength == "gold-key" || strength.ends_with("human") {
            from_titles.add(tally);
        }
    }
    writeln!(out, "{}", sure.line("gold"))?;
    writeln!(out, "{}", from_titles.line("key or human, by title"))?;
    writeln!(out, "{}", all.line("all"))
}

fn explain(
    out: &mut impl Write,
    is_same: bool,
    pair: &Pair,
    a: &Read,
    b: &Read,
    grouping: &Grouping,
) -> std::io::Result<()> {
    writeln!(out, "{} ({}):", if is_same { "MISS" } else { "WRONG MERGE" }, pair.strength)?;
    for read in [a, b] {
        let identity = &read.identity;
        writeln!(out, "    [{}] {}", read.shop, read.title)?;
        writeln!(
            out,
            "        {:?} {:?} {:?} {:?} line {:?} unknown {:?} oc {:?} rev {:?} colour {:?} lhr {:?} keys {:?}",
            identity.kind,
            identity.brand.as_ref().map(|brand| &brand.slug),
            identity.gpu.as_ref().map(|gpu| &gpu.slug),
            identity.memory_mb,
            identity.line,
            identity.unknown_words,
            identity.oc,
            identity.revision,
            identity.colour,
            identity.lhr,
            identity.keys().iter().map(ToString::to_string).collect::<Vec<_>>(),
        )?;
        for code in &identity.disbelieved {
            writeln!(out, "        not believed: {} — {}", code.code, code.reason)?;
        }
    }
    for found in &grouping.groups {
        if found.members.len() > 1 {
            writeln!(out, "    {:?} {:.2}: {}", found.by, found.confidence, found.explanation)?;
        }
    }
    for doubt in &grouping.doubts {
        writeln!(out, "    doubt {:.2}: {}", doubt.score, doubt.explanation)?;
    }
    Ok(())
}

fn decide(listings: &[&Read]) -> Grouping {
    let candidates: Vec<Candidate<'_>> = listings
        .iter()
        .zip(0..)
        .map(|(read, number)| Candidate {
            listing: ListingRef(number),
            shop: &read.shop,
            shop_listing_id: &read.id,
            identity: &read.identity,
        })
        .collect();
    group(&candidates, &[])
}

fn group_numbers(listings: &[&Read], grouping: &Grouping) -> BTreeMap<String, usize> {
    let mut numbers = BTreeMap::new();
    for (number, found) in grouping.groups.iter().enumerate() {
        for member in &found.members {
            let listing = usize::try_from(member.0).ok().and_then(|at| listings.get(at));
            numbers.extend(listing.map(|read| (read.id.clone(), number)));
        }
    }
    numbers
}

fn read(id: &str, labelled: &LabelledListing, without_codes: bool) -> Read {
    let title = match &labelled.title_without_codes {
        Some(title) if without_codes => title.clone(),
        _ => labelled.title.clone(),
    };
    let attributes = labelled.attributes.as_ref();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sizes of memory are small and positive"
    )]
    let memory_mb = attributes
        .and_then(|attributes| attributes.memory)
        .filter(|gb| *gb > 0.0)
        .map(|gb| (gb * 1024.0) as u32);
    let gtin = labelled.gtin.iter().filter(|_| !without_codes);
    let mut listing = events::Listing {
        title: title.clone(),
        url: String::new(),
        brand: labelled.brand.clone(),
        gpu: attributes.and_then(|attributes| attributes.chipset.clone()),
        mpns: if without_codes { Vec::new() } else { labelled.part_numbers.clone() },
        gtins: gtin.map(|gtin| format!("{gtin:0>14}")).collect(),
        price: events::Price { amount_minor: 1, currency: "USD".to_owned() },
        availability: events::Availability::Unknown,
        stock: None,
        images: Vec::new(),
        specs: events::Specs::default(),
        interfaces: events::Interfaces::default(),
        technologies: None,
        shop_updated_at: DateTime::UNIX_EPOCH,
    };
    listing.specs.memory_mb = memory_mb;
    // Listings of a catalogue and of unknown shops could each be of another shop.
    let shop = labelled.shop.clone().unwrap_or_else(|| format!("of {id}"));
    Read { shop, id: id.to_owned(), title, identity: Identity::read(&listing) }
}
