//! The digest of a shop's versions, which each crawl's end tells: kept with what is written, since to work it out takes
//! the longer the more listings there are.
//!
//! A collector that doesn't know of it writes versions all the same. Every leader of a shop takes the next term, so it is
//! told by the terms whether such a one has led since: then it is worked out of all listings again. Of an older program's
//! `replay`, and of whoever writes versions by hand, no term tells. So it is worked out as well once in a while, and after a
//! consumer has said that it lacks something.

use chrono::{DateTime, TimeDelta, Utc};
use events::Versions;
use sqlx::{FromRow, PgConnection};

use super::StoreError;
use crate::changes::NewVersion;

/// How long a digest is believed that was kept, and not worked out: by the clocks of those who lead.
const BELIEVED: TimeDelta = TimeDelta::hours(1);

/// A digest that is kept.
#[derive(Clone, Debug, PartialEq)]
struct Kept {
    /// `None`: it has to be worked out.
    digest: Option<Versions>,
    /// The last term in which it was kept.
    term: i64,
    /// When it was begun, or last worked out of all listings.
    counted_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    digest: Option<Vec<u8>>,
    term: i64,
    counted_at: Option<DateTime<Utc>>,
}

impl Kept {
    /// The same in a term; without one, it is no leader who keeps it.
    fn in_term(self, term: Option<i64>) -> Self {
        let Some(term) = term else { return self };
        let is_unbroken = (self.term..=self.term.saturating_add(1)).contains(&term);
        Self { digest: self.digest.filter(|_| is_unbroken), term, ..self }
    }

    /// The same at a moment.
    fn at(self, now: DateTime<Utc>) -> Self {
        let is_believed = self.counted_at.is_some_and(|counted| (now - counted).abs() < BELIEVED);
        Self { digest: self.digest.filter(|_| is_believed), ..self }
    }

    fn after(mut self, changes: &[NewVersion]) -> Self {
        if let Some(digest) = &mut self.digest {
            for NewVersion { listing_id, before, now } in changes {
                if let Some(before) = before {
                    digest.remove(listing_id, *before);
                }
                digest.add(listing_id, *now);
            }
        }
        self
    }
}

/// Begins to keep the digest of a shop of which no listing is known: it need not be worked out. The transaction holds the
/// shop's row since an earlier statement, so that nobody else writes a listing meanwhile.
pub(super) async fn begin(
    connection: &mut PgConnection,
    shop: &str,
    term: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(include_str!("../../../sql/collector/begin_versions.sql"))
        .bind(shop)
        .bind(Versions::default().to_bytes())
        .bind(term)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps the digest up to date with versions that the transaction writes; without a term, it is no leader who does.
pub(super) async fn keep(
    connection: &mut PgConnection,
    shop: &str,
    term: Option<i64>,
    changes: &[NewVersion],
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    // Until it was begun, or worked out for the first time, there is nothing to keep.
    let Some(kept) = kept(connection, shop).await? else { return Ok(()) };
    write(connection, shop, &kept.in_term(term).after(changes)).await
}

/// The digest, for the end of a crawl in a term.
pub(super) async fn tell(
    connection: &mut PgConnection,
    shop: &str,
    term: i64,
    now: DateTime<Utc>,
) -> Result<Versions, StoreError> {
    let kept = kept(connection, shop).await?;
    let known = kept.clone().and_then(|kept| kept.in_term(Some(term)).at(now).digest);
    let counted_at = if known.is_some() { kept.as_ref().and_then(|kept| kept.counted_at) } else { Some(now) };
    let digest = match known {
        Some(digest) => digest,
        None => count(connection, shop).await?,
    };
    let told = Kept { digest: Some(digest.clone()), term, counted_at };
    if kept.as_ref() != Some(&told) {
        write(connection, shop, &told).await?;
    }
    Ok(digest)
}

/// Has the digest worked out when it is told next.
pub(super) async fn doubt(connection: &mut PgConnection, shop: &str) -> Result<(), StoreError> {
    sqlx::query(include_str!("../../../sql/collector/doubt_versions.sql"))
        .bind(shop)
        .execute(connection)
        .await?;
    Ok(())
}

/// Works the digest out of all listings.
async fn count(connection: &mut PgConnection, shop: &str) -> Result<Versions, StoreError> {
    let digits: String = sqlx::query_scalar(include_str!("../../../sql/collector/versions.sql"))
        .bind(shop)
        .fetch_one(connection)
        .await?;
    digits.parse().map_err(|error| StoreError::Postgres(sqlx::Error::Decode(Box::new(error))))
}

async fn kept(connection: &mut PgConnection, shop: &str) -> Result<Option<Kept>, StoreError> {
    let row: Option<Row> = sqlx::query_as(include_str!("../../../sql/collector/kept_versions.sql"))
        .bind(shop)
        .fetch_optional(connection)
        .await?;
    let digest = |bytes: Vec<u8>| Versions::from_bytes(&bytes);
    Ok(row.map(|Row { digest: bytes, term, counted_at }| Kept {
        digest: bytes.and_then(digest),
        term,
        counted_at,
    }))
}

async fn write(connection: &mut PgConnection, shop: &str, kept: &Kept) -> Result<(), StoreError> {
    sqlx::query(include_str!("../../../sql/collector/keep_versions.sql"))
        .bind(shop)
        .bind(kept.digest.as_ref().map(Versions::to_bytes))
        .bind(kept.term)
        .bind(kept.counted_at)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        Kept { digest: Some(Versions::default()), term: 7, counted_at: Some(DateTime::UNIX_EPOCH) }
    }

    #[test]
    fn a_digest_counts_only_as_long_as_each_leader_has_kept_it() {
        let cases = [
            ("the leader itself", Some(7), true, 7),
            ("the next one", Some(8), true, 8),
            ("one after another who may not have kept it", Some(9), false, 9),
            ("one who leads no more", Some(6), false, 6),
            ("a person", None, true, 7),
        ];
        for (name, term, is_kept, expected) in cases {
            let kept = kept().in_term(term);
            assert_eq!((kept.digest.is_some(), kept.term), (is_kept, expected), "{name}");
        }
    }

    #[test]
    fn a_digest_is_worked_out_again_once_in_a_while() {
        let after = |minutes| kept().at(DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)).digest.is_some();
        assert_eq!([0, 59, 60, -60].map(after), [true, true, false, false]);
        let never = Kept { counted_at: None, ..kept() };
        assert_eq!(never.at(DateTime::UNIX_EPOCH).digest, None);
    }

    #[test]
    fn a_digest_follows_what_is_written_and_stays_unknown_where_it_was() {
        let change = |before, now| NewVersion { listing_id: "19".to_owned(), before, now };
        let mut expected = Versions::default();
        expected.add("19", 5);
        assert_eq!(kept().after(&[change(None, 3), change(Some(3), 5)]).digest, Some(expected));
        let unknown = Kept { digest: None, ..kept() };
        assert_eq!(unknown.clone().after(&[change(None, 3)]), unknown);
    }
}
