//! What a person decides about two listings: recorded, and in force with the same commit.

use super::{
    Applier, ApplyError,
    card_ids::{CardId, ListingId},
    listings::News,
    lock, step,
    summary::Offers,
    write_cards,
};

#[derive(sqlx::FromRow)]
struct Named {
    id: ListingId,
    match_keys: Vec<String>,
    card_id: Option<CardId>,
}

impl Applier {
    /// Records that two listings are one product, or are not, and groups anew whatever that moves. It wins over
    /// the rules for good, until something else is decided about the pair.
    pub async fn decide(
        &self,
        one: ListingId,
        other: ListingId,
        same: bool,
        decided_by: &str,
    ) -> Result<(), ApplyError> {
        let mut transaction = self.pool.begin().await?;
        lock(&mut transaction).await?;
        sqlx::query(include_str!("../../../sql/gateway/decision_record.sql"))
            .bind(one.min(other))
            .bind(one.max(other))
            .bind(same)
            .bind(decided_by)
            .execute(&mut *transaction)
            .await?;
        let pair: Vec<Named> = sqlx::query_as(
            "select id, match_keys, card_id from gateway.listing where id = any($1::bigint[])",
        )
        .bind([one, other])
        .fetch_all(&mut *transaction)
        .await?;
        let news: Vec<News> = pair
            .into_iter()
            .map(|Named { id, match_keys, card_id }| News::of_stored(id, card_id, match_keys))
            .collect();
        let touched = write_cards(&mut transaction, &self.rates, &news, Offers::new()).await?;
        step::bump(&mut transaction, Some(&touched)).await?;
        transaction.commit().await?;
        Ok(())
    }
}
