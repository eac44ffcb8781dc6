//! The history of prices: a point each time that a listing's price or availability changed, and none else.

use chrono::{DateTime, Utc};
use events::Price;
use service::copy::Rows;
use sqlx::PgConnection;

use super::{Applier, ApplyError, card_ids::ListingId, latest::Terms, listings::News};
use crate::{offer::availability_word, rates::ExchangeRates};

/// The availability of a listing that went: it can't be bought.
pub(super) const GONE: &str = "out_of_stock";

/// What a listing cost from a moment on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) at: DateTime<Utc>,
    pub(super) price: Price,
    pub(super) availability: String,
}

/// The points that versions of a listing add to what is known: the known version with what it cost, if any.
pub(super) fn points(known: Option<(i64, Option<(Price, String)>)>, terms: &[Terms]) -> Vec<Point> {
    let (known_version, mut last) = known.map_or((i64::MIN, None), |(version, terms)| (version, terms));
    let mut newer: Vec<&Terms> = terms.iter().filter(|terms| terms.version > known_version).collect();
    newer.sort_by_key(|terms| terms.version);
    let mut points = Vec::new();
    for terms in newer {
        let now = match (&terms.offer, &last) {
            (Some((price, availability)), _) => (price.clone(), availability_word(*availability).to_owned()),
            (None, Some((price, _))) => (price.clone(), GONE.to_owned()),
            // It went before it was known.
            (None, None) => continue,
        };
        if last.as_ref() != Some(&now) {
            points.push(Point { at: terms.at, price: now.0.clone(), availability: now.1.clone() });
        }
        last = Some(now);
    }
    points
}

/// Stores the points of listings about which there was news.
pub(super) async fn note(
    connection: &mut PgConnection,
    rates: &ExchangeRates,
    news: &[News],
) -> sqlx::Result<()> {
    let (first, known): (Vec<&News>, Vec<&News>) = news.iter().partition(|news| news.is_first_told());
    let mut rows = Rows::default();
    for (listing, point) in noted(&first) {
        rows.row()
            .column(listing)
            .column(point.at)
            .column(point.price.amount_minor)
            .column(&point.price.currency)
            .column(rates.to_base_minor(&point.price))
            .column(&point.availability);
    }
    rows.copy(connection, include_str!("../../../sql/gateway/price_points_copy.sql")).await?;
    let points: Vec<(ListingId, &Point)> = noted(&known).collect();
    if points.is_empty() {
        return Ok(());
    }
    sqlx::query(include_str!("../../../sql/gateway/price_points_insert.sql"))
        .bind(points.iter().map(|(listing, _)| *listing).collect::<Vec<_>>())
        .bind(points.iter().map(|(_, point)| point.at).collect::<Vec<_>>())
        .bind(points.iter().map(|(_, point)| point.price.amount_minor).collect::<Vec<_>>())
        .bind(points.iter().map(|(_, point)| point.price.currency.as_str()).collect::<Vec<_>>())
        .bind(points.iter().map(|(_, point)| rates.to_base_minor(&point.price)).collect::<Vec<_>>())
        .bind(points.iter().map(|(_, point)| point.availability.as_str()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// The points that are kept, with their listings: of two versions of the same moment the later one.
fn noted<'n>(news: &[&'n News]) -> impl Iterator<Item = (ListingId, &'n Point)> {
    news.iter().flat_map(|news| {
        let points = news.points.iter().enumerate();
        let kept =
            points.filter(|(place, point)| news.points.get(place + 1).is_none_or(|next| next.at != point.at));
        kept.map(|(_, point)| (news.id, point))
    })
}

impl Applier {
    /// Forgets what prices were before a moment, but for what held then.
    pub async fn forget_prices_before(&self, before: DateTime<Utc>) -> Result<u64, ApplyError> {
        let mut connection = self.pool.acquire().await?;
        let sql = include_str!("../../../sql/gateway/price_points_prune.sql");
        Ok(sqlx::query(sql).bind(before).execute(&mut *connection).await?.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use events::Availability::{self, InStock, OutOfStock};

    use super::*;

    fn usd(amount_minor: i64) -> Price {
        Price { amount_minor, currency: "USD".to_owned() }
    }

    fn terms(version: i64, offer: Option<(i64, Availability)>) -> Terms {
        let at = DateTime::UNIX_EPOCH + TimeDelta::hours(version);
        Terms { version, at, offer: offer.map(|(price, availability)| (usd(price), availability)) }
    }

    /// What was known, what is told, and the hours, prices and availabilities of the points that follow.
    type Case = (Option<(i64, Option<(Price, String)>)>, Vec<Terms>, Vec<(i64, i64, &'static str)>);

    #[test]
    fn a_point_is_added_for_each_change_and_for_nothing_else() {
        let known = |version, price| Some((version, Some((usd(price), "in_stock".to_owned()))));
        let cases: Vec<Case> = vec![
            (None, vec![terms(1, Some((100, InStock)))], vec![(1, 100, "in_stock")]),
            (None, vec![terms(1, None)], vec![]),
            (known(1, 100), vec![terms(2, Some((100, InStock)))], vec![]),
            (known(2, 100), vec![terms(1, Some((90, InStock)))], vec![]),
            (known(1, 100), vec![terms(2, Some((100, OutOfStock)))], vec![(2, 100, "out_of_stock")]),
            (
                known(1, 100),
                vec![
                    terms(4, Some((100, InStock))),
                    terms(2, Some((90, InStock))),
                    terms(3, Some((90, InStock))),
                ],
                vec![(2, 90, "in_stock"), (4, 100, "in_stock")],
            ),
            (
                known(1, 100),
                vec![terms(2, None), terms(3, Some((100, InStock)))],
                vec![(2, 100, "out_of_stock"), (3, 100, "in_stock")],
            ),
        ];
        for (known, said, expected) in cases {
            let points: Vec<_> = points(known.clone(), &said)
                .into_iter()
                .map(|point| {
                    (
                        (point.at - DateTime::UNIX_EPOCH).num_hours(),
                        point.price.amount_minor,
                        point.availability,
                    )
                })
                .collect();
            let expected: Vec<_> =
                expected.into_iter().map(|(at, price, word)| (at, price, word.to_owned())).collect();
            assert_eq!(points, expected, "{known:?} {said:?}");
        }
    }
}
