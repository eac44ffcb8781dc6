//! Copying cards within Postgres, as its superuser: indexes are taken away meanwhile and made again at the end.

use std::time::Instant;

use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection};
use stores::{progress::say, sandbox::Sandbox};

use crate::trouble::Trouble;

/// How much there is in a catalogue.
#[derive(Clone, Copy, Debug, FromRow)]
pub(crate) struct Size {
    pub(crate) cards: i64,
    pub(crate) last_card: i64,
    listings: i64,
    last_listing: i64,
    technologies: i64,
    price_points: i64,
    pub(crate) brands: i64,
    pub(crate) gpus: i64,
    bytes: i64,
}

impl Size {
    async fn of(connection: &mut PgConnection) -> Result<Self, Trouble> {
        let size: Self = sqlx::query_as(include_str!("../../sql/size.sql")).fetch_one(connection).await?;
        // Whoever asks for a card by chance wants to find one.
        if size.cards != size.last_card || size.listings != size.last_listing {
            return Err(Trouble::foreign("the catalogue", "ids with gaps between them"));
        }
        Ok(size)
    }
}

/// Copies all cards until there are at least so many, and gathers Postgres' statistics.
pub(crate) async fn make(sandbox: &Sandbox, wanted: u64) -> Result<Size, Trouble> {
    let mut connection = PgConnection::connect(&sandbox.admin_database_url()).await?;
    let applied = Size::of(&mut connection).await?;
    let copies = i64::try_from(wanted).unwrap_or(i64::MAX).div_euclid(applied.cards) - 1;
    if copies > 0 {
        copy(&mut connection, applied, copies).await?;
    }
    sqlx::query("vacuum analyze").execute(&mut connection).await?;
    let size = Size::of(&mut connection).await?;
    say(format_args!(
        "{} cards, {} listings, {} technologies of cards, {} price points: {} MiB",
        size.cards,
        size.listings,
        size.technologies,
        size.price_points,
        size.bytes >> 20
    ));
    Ok(size)
}

async fn copy(connection: &mut PgConnection, applied: Size, copies: i64) -> Result<(), Trouble> {
    let began = Instant::now();
    let indexes: Vec<(String, String)> =
        sqlx::query_as(include_str!("../../sql/indexes.sql")).fetch_all(&mut *connection).await?;
    for (name, _) in &indexes {
        sqlx::raw_sql(AssertSqlSafe(format!("drop index {name}"))).execute(&mut *connection).await?;
    }
    // What triggers would look for is copied along.
    sqlx::query("set session_replication_role = replica").execute(&mut *connection).await?;
    for copy in 1..=copies {
        sqlx::query(include_str!("../../sql/copy_cards.sql"))
            .bind(copy)
            .bind(applied.cards)
            .bind(applied.listings)
            .execute(&mut *connection)
            .await?;
        if copy % 50 == 0 || copy == copies {
            let cards = applied.cards * (copy + 1);
            say(format_args!("{cards} cards after {:.0} s", began.elapsed().as_secs_f64()));
        }
    }
    for (_, definition) in indexes {
        sqlx::raw_sql(AssertSqlSafe(definition)).execute(&mut *connection).await?;
    }
    sqlx::query(include_str!("../../sql/sequences.sql")).execute(&mut *connection).await?;
    say(format_args!("indexes made after {:.0} s", began.elapsed().as_secs_f64()));
    Ok(())
}
