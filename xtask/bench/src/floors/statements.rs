//! The floor of an answer that has to be worked out: the statements by which the gateway's loaders read a page, sent by
//! pgbench, prepared, for cards by chance. Nothing is chosen, counted or made into an answer.

use std::{fs, path::Path, process::Stdio, time::Duration};

use stores::install;
use tokio::process::Command;
use url::Url;

use crate::{
    catalogue::{Size, TECHNOLOGIES as TECHNOLOGY_CODES},
    trouble::Trouble,
};

const CARDS: &str = include_str!("../../../../sql/gateway/cards_by_id.sql");
const OFFERS: &str = include_str!("../../../../sql/gateway/offers_by_card.sql");
const TECHNOLOGIES: &str = include_str!("../../../../sql/gateway/technologies_by_id.sql");
const BRANDS: &str = include_str!("../../../../sql/gateway/brands_by_id.sql");
const CHIPS: &str = include_str!("../../../../sql/gateway/gpus_by_id.sql");

/// Of how many transactions one is written down.
const SAMPLED: f64 = 0.1;

/// What came of some seconds of statements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached {
    pub(crate) requests: u64,
    pub(crate) requests_per_s: f64,
    pub(crate) p50_us: u64,
    pub(crate) p99_us: u64,
    pub(crate) failures: u64,
}

/// The statements for a page of so many cards; with brands and chips, if it is a list. Each placeholder that a statement
/// has becomes a list of ids by chance.
pub(crate) fn script(cards: usize, is_list: bool, size: &Size) -> String {
    let of = |most: i64| usize::try_from(most).unwrap_or_default().min(cards);
    let codes = TECHNOLOGY_CODES.len();
    let mut kinds = vec![
        ("card", cards, size.cards),
        ("technology", codes / 2, i64::try_from(codes).unwrap_or(i64::MAX)),
    ];
    let mut statements = vec![(CARDS, "card"), (OFFERS, "card"), (TECHNOLOGIES, "technology")];
    if is_list {
        kinds.extend([("brand", of(size.brands), size.brands), ("chip", of(size.gpus), size.gpus)]);
        statements.extend([(BRANDS, "brand"), (CHIPS, "chip")]);
    }
    let mut lines = Vec::new();
    for (kind, count, last) in &kinds {
        lines.extend((0..*count).map(|place| format!("\\set {kind}{place} random(1, {last})")));
    }
    for (statement, kind) in statements {
        let count = kinds.iter().find(|(name, ..)| *name == kind).map_or(0, |(_, count, _)| *count);
        let ids: Vec<String> = (0..count).map(|place| format!(":{kind}{place}")).collect();
        let plain: Vec<&str> = statement.lines().filter(|line| !line.starts_with("--")).collect();
        lines.push(format!("{};", plain.join("\n").replace("$1", &format!("array[{}]", ids.join(", ")))));
    }
    lines.join("\n")
}

/// Has pgbench send a script for some time over so many connections.
pub(crate) async fn send(
    folder: &Path,
    database: &Url,
    script: &str,
    connections: u16,
    time: Duration,
) -> Result<Reached, Trouble> {
    fs::write(folder.join("statements.sql"), script)?;
    let output = Command::new(install::program("pgbench")?)
        .args(["--no-vacuum", "--protocol=prepared", "--random-seed=1", "--log", "--log-prefix=transactions"])
        .arg(format!("--sampling-rate={SAMPLED}"))
        .arg(format!("--client={connections}"))
        .arg(format!("--time={}", time.as_secs()))
        .arg("--file=statements.sql")
        .current_dir(folder)
        .env("PGHOST", database.host_str().unwrap_or("127.0.0.1"))
        .env("PGPORT", database.port().unwrap_or(5432).to_string())
        .env("PGUSER", database.username())
        .env("PGPASSWORD", database.password().unwrap_or_default())
        .env("PGDATABASE", database.path().trim_start_matches('/'))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let foreign =
        || Trouble::foreign("pgbench", format!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    let mut took_us = took_us(folder)?;
    took_us.sort_unstable();
    let percentile = |of_100: usize| took_us.get(took_us.len() * of_100 / 100).copied().unwrap_or_default();
    Ok(Reached {
        requests: told(&text, "number of transactions actually processed: ").ok_or_else(foreign)?,
        requests_per_s: told(&text, "tps = ").ok_or_else(foreign)?,
        p50_us: percentile(50),
        p99_us: percentile(99),
        failures: told(&text, "number of failed transactions: ").ok_or_else(foreign)?,
    })
}

/// The number behind these words.
fn told<T: std::str::FromStr>(text: &str, words: &str) -> Option<T> {
    let line = text.lines().find_map(|line| line.strip_prefix(words))?;
    line.split([' ', '/']).next()?.parse().ok()
}

/// How long transactions took that pgbench has written down, in microseconds; removes what it wrote.
fn took_us(folder: &Path) -> Result<Vec<u64>, Trouble> {
    let mut took = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("transactions.")) {
            let text = fs::read_to_string(&path)?;
            // Client, transaction, time in microseconds, and more.
            took.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok()));
            fs::remove_file(path)?;
        }
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pgbench_tells_is_read() {
        let text = "scaling factor: 1\nnumber of transactions actually processed: 71630\nnumber of failed \
                    transactions: 0 (0.000%)\ntps = 14326.123456 (without initial connection time)\n";
        assert_eq!(told(text, "number of transactions actually processed: "), Some(71_630_u64));
        assert_eq!(told(text, "number of failed transactions: "), Some(0_u64));
        assert_eq!(told::<f64>(text, "tps = ").map(f64::round), Some(14_326.0));
        assert_eq!(told::<f64>("pgbench: error", "tps = "), None);
    }
}
