//! Working things out anew that depend on more than events: base prices when the rates were changed, and
//! which listings are one card when the rules of the merge were.

use events::Listing;
use merge::Identity;
use sqlx::types::Json;

use super::{
    Applier, ApplyError, Locked,
    card_ids::{CardId, ListingId},
    cards,
    listings::News,
    lock, step,
    summary::{self, Columns, Offers},
    write_cards,
};

/// The number of the merge's rules. It is raised with every change of rules that can read a listing in
/// another way or decide otherwise; at the next start every listing is read anew.
const RULES_VERSION: i32 = 2;

/// How many listings are read anew in one transaction: a fraction of a second of work.
const LISTINGS_AT_ONCE: i64 = 1000;

/// Of how many cards the offers are in memory at the same time.
const CARDS_AT_ONCE: usize = 5000;

#[derive(sqlx::FromRow)]
struct Stored {
    id: ListingId,
    document: Json<Listing>,
    match_keys: Vec<String>,
    card_id: Option<CardId>,
}

impl Applier {
    /// Brings what is stored up to date with the settings and the rules of this version of the gateway. To be
    /// called at start; does nothing where nothing changed.
    pub async fn catch_up(&self) -> Result<(), ApplyError> {
        self.reprice().await?;
        self.reread().await
    }

    async fn reprice(&self) -> Result<(), ApplyError> {
        let fingerprint = self.rates.fingerprint();
        let mut transaction = self.pool.begin().await?;
        let Locked { rates, version } = lock(&mut transaction).await?;
        if rates == fingerprint {
            return Ok(());
        }
        if version > 0 {
            tracing::info!(rates = fingerprint, "the rates were changed: working out every base price anew");
        }
        // It goes through whole tables: as long as it takes.
        sqlx::raw_sql("set local statement_timeout = 0; set local enable_seqscan = on")
            .execute(&mut *transaction)
            .await?;
        let (currencies, factors): (Vec<&str>, Vec<String>) =
            self.rates.factors().map(|(code, factor)| (code, factor.to_string())).unzip();
        for sql in [
            include_str!("../../../sql/gateway/listings_reprice.sql"),
            include_str!("../../../sql/gateway/price_points_reprice.sql"),
        ] {
            sqlx::query(sql).bind(&currencies).bind(&factors).execute(&mut *transaction).await?;
        }
        let all: Vec<CardId> =
            sqlx::query_scalar("select id from gateway.card").fetch_all(&mut *transaction).await?;
        for cards in all.chunks(CARDS_AT_ONCE) {
            let summaries = summary::of_stored(&mut transaction, cards).await?;
            cards::summarise(&mut transaction, &Columns::of(&summaries)).await?;
        }
        sqlx::query("update gateway.catalogue set rates = $1")
            .bind(fingerprint)
            .execute(&mut *transaction)
            .await?;
        step::bump(&mut transaction, None).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn reread(&self) -> Result<(), ApplyError> {
        let known: i32 =
            sqlx::query_scalar("select rules_version from gateway.catalogue").fetch_one(&self.pool).await?;
        if known >= RULES_VERSION {
            return Ok(());
        }
        let mut last = 0;
        let mut read = 0;
        while let Some((through, listings)) = self.reread_stretch(last).await? {
            last = through;
            read += listings;
            tracing::info!(listings = read, "the merge has new rules: reading every listing anew");
        }
        sqlx::query("update gateway.catalogue set rules_version = $1 where rules_version < $1")
            .bind(RULES_VERSION)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Reads the listings after `last` anew; the last of them and how many, `None` at the end.
    async fn reread_stretch(&self, last: ListingId) -> Result<Option<(ListingId, usize)>, ApplyError> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction).await?;
        let rows: Vec<Stored> = sqlx::query_as(include_str!("../../../sql/gateway/listings_after.sql"))
            .bind(last)
            .bind(LISTINGS_AT_ONCE)
            .fetch_all(&mut *transaction)
            .await?;
        let Some(through) = rows.last().map(|stored| stored.id) else { return Ok(None) };
        let mut columns = (Vec::new(), Vec::new(), Vec::new());
        let mut news = Vec::new();
        for Stored { id, document, match_keys, card_id } in rows {
            let identity = Identity::read(&document);
            let new_keys: Vec<String> = identity.keys().iter().map(ToString::to_string).collect();
            columns.0.push(id);
            columns.1.push(Json(identity));
            columns.2.push(new_keys.join("\n"));
            let keys = match_keys.into_iter().chain(new_keys).collect();
            news.push(News::of_stored(id, card_id, keys));
        }
        sqlx::query(include_str!("../../../sql/gateway/listings_reidentify.sql"))
            .bind(columns.0)
            .bind(columns.1)
            .bind(columns.2)
            .execute(&mut *transaction)
            .await?;
        let touched = write_cards(&mut transaction, &self.rates, &news, Offers::new()).await?;
        step::bump(&mut transaction, Some(&touched)).await?;
        transaction.commit().await?;
        Ok(Some((through, news.len())))
    }
}
