//! Following changes: from those that all subscribers hear of to those that one of them wants, with their cards.
//!
//! At any moment a subscriber holds no more than [`AT_ONCE`] cards. One that doesn't keep up is told and closed; it must
//! never hold up the others, nor the gateway.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use catalogue_index::Filter;
use futures::stream::{self, BoxStream, StreamExt};
use sqlx::FromRow;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    errors::{ApiError, StoreFailed},
    loaders::read,
    rows::{CardRow, OfferRow},
};
use crate::changes::{Batch, CardChange, Change, Changes, Happening, Hearing};

/// How many changes are looked up at once, and their cards kept until they are told.
const AT_ONCE: usize = 8;
/// The wait before Postgres is asked again.
const PAUSE: Duration = Duration::from_millis(500);

/// Which changes a subscriber wants.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) filter: Filter,
    /// `None`: of all cards.
    pub(crate) cards: Option<HashSet<i64>>,
    pub(crate) of: Of,
}

/// What kind of changes a subscriber wants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of {
    /// Cards that changed.
    Cards,
    /// Prices that fell to less than this, in minor units of the base currency.
    Falls {
        /// `None`: whatever they fell to.
        below_minor: Option<i64>,
    },
}

impl Wanted {
    /// What can be told without looking at the card.
    fn may_want(&self, change: &Change) -> bool {
        let kind = match (&change.happening, self.of) {
            (Happening::Card(_), Of::Cards) => true,
            (Happening::Fall(fall), Of::Falls { below_minor }) => {
                below_minor.is_none_or(|below| fall.to_base_minor < below)
            }
            _ => false,
        };
        kind && self.cards.as_ref().is_none_or(|cards| cards.contains(&change.card_id))
    }
}

/// A change that is wanted, with its card, and with its offer if a price fell.
pub(crate) struct Found {
    pub(crate) change: Change,
    pub(crate) card: Arc<CardRow>,
    pub(crate) offer: Option<Arc<OfferRow>>,
}

/// Where a subscriber is.
struct Follower {
    changes: Changes,
    wanted: Wanted,
    /// The last change that was looked at.
    last: i64,
    /// `None`: it reads what is kept.
    live: Option<Receiver<Arc<Batch>>>,
    /// Changes that may be wanted.
    waiting: VecDeque<Change>,
    found: VecDeque<Found>,
}

/// Changes that are wanted, from now on or from behind the change `after`. An error is the last item.
pub(crate) fn follow(
    hearing: &Hearing,
    wanted: Wanted,
    after: Option<i64>,
) -> BoxStream<'static, Result<Found, ApiError>> {
    let live = after.is_none().then(|| hearing.live());
    let follower = Follower {
        changes: hearing.changes.clone(),
        wanted,
        last: after.unwrap_or_default(),
        live,
        waiting: VecDeque::new(),
        found: VecDeque::new(),
    };
    stream::try_unfold(follower, |mut follower| async {
        loop {
            if let Some(found) = follower.found.pop_front() {
                return Ok(Some((found, follower)));
            }
            if follower.waiting.is_empty() && !follower.hear().await? {
                return Ok(None);
            }
            follower.look_up().await;
        }
    })
    .boxed()
}

impl Follower {
    /// Waits for changes; false: there won't be any.
    async fn hear(&mut self) -> Result<bool, ApiError> {
        let batch = if let Some(live) = &mut self.live {
            match live.recv().await {
                Ok(batch) => batch,
                Err(RecvError::Lagged(_)) => {
                    metrics::counter!("gateway_subscribers_lagged_total").increment(1);
                    return Err(ApiError::Lagged);
                }
                Err(RecvError::Closed) => return Ok(false),
            }
        } else {
            // Listening begins before the last look, so that nothing falls between the two.
            let live = self.changes.listen();
            let ask = || in_turn(&self.changes, read(self.changes.after(self.last)));
            let Some(batch) = until_answered(ask).await else {
                self.live = Some(live);
                return Ok(true);
            };
            Arc::new(batch)
        };
        let last = self.last;
        self.last = last.max(batch.through);
        if batch.changes.iter().any(|change| change.id > last && self.wanted.may_want(change)) {
            let fitting = batch.fitting(&self.wanted.filter);
            let wanted = fitting.filter(|change| change.id > last && self.wanted.may_want(change));
            self.waiting.extend(wanted.cloned());
        }
        Ok(true)
    }

    /// Finds the cards of some of the waiting changes. What a card no longer is isn't told: another
    /// change follows that says so.
    async fn look_up(&mut self) {
        let some = self.waiting.len().min(AT_ONCE);
        let changes: Vec<Change> = self.waiting.drain(..some).collect();
        if changes.is_empty() {
            return;
        }
        let (mut served, mut removed) = until_answered(|| in_turn(&self.changes, self.cards(&changes))).await;
        let offers = until_answered(|| in_turn(&self.changes, self.offers(&changes))).await;
        for change in changes {
            let card = match change.happening {
                Happening::Card(CardChange::Removed) => removed.remove(&change.id),
                _ => served.get_mut(&change.card_id).cloned(),
            };
            let Some(card) = card else { continue };
            let offer = match &change.happening {
                Happening::Card(_) => None,
                Happening::Fall(fall) => {
                    let offer = offers.get(&fall.listing_id).filter(|offer| offer.card_id == change.card_id);
                    let Some(offer) = offer else { continue };
                    Some(Arc::clone(offer))
                }
            };
            self.found.push_back(Found { change, card, offer });
        }
    }

    /// The cards of changes: those that are served by their ids, removed ones by their changes' ids.
    async fn cards(&self, changes: &[Change]) -> Result<(Cards, Cards), StoreFailed> {
        let (removals, others): (Vec<&Change>, Vec<&Change>) =
            changes.iter().partition(|change| change.is_removal());
        let (mut served, mut removed) = (Cards::new(), Cards::new());
        if !others.is_empty() {
            let ids: Vec<i64> = others.iter().map(|change| change.card_id).collect();
            let rows = read(CardRow::with_offers(self.changes.pool(), &ids)).await?;
            served.extend(rows.into_iter().map(|card| (card.id, Arc::new(card))));
        }
        if !removals.is_empty() {
            let ids: Vec<i64> = removals.iter().map(|change| change.id).collect();
            let query = sqlx::query_as(include_str!("../../../sql/gateway/cards_removed_by.sql")).bind(ids);
            let rows: Vec<RemovedRow> = read(query.fetch_all(self.changes.pool())).await?;
            removed.extend(rows.into_iter().map(|row| (row.removed_by, Arc::new(row.card))));
        }
        Ok((served, removed))
    }

    async fn offers(&self, changes: &[Change]) -> Result<HashMap<i64, Arc<OfferRow>>, StoreFailed> {
        let ids: Vec<i64> = changes
            .iter()
            .filter_map(|change| match &change.happening {
                Happening::Card(_) => None,
                Happening::Fall(fall) => Some(fall.listing_id),
            })
            .collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = sqlx::query_as(include_str!("../../../sql/gateway/offers_by_id.sql")).bind(ids);
        let rows: Vec<OfferRow> = read(query.fetch_all(self.changes.pool())).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// Asks Postgres when it is this subscriber's turn.
async fn in_turn<T>(changes: &Changes, answer: impl Future<Output = T>) -> T {
    let _turn = changes.turns.acquire().await;
    answer.await
}

/// Asks until there is an answer: a subscription outlives an outage of Postgres, as far as its subscriber doesn't lag.
async fn until_answered<T, F: Future<Output = Result<T, StoreFailed>>>(ask: impl Fn() -> F) -> T {
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(StoreFailed) => tokio::time::sleep(PAUSE).await,
        }
    }
}

type Cards = HashMap<i64, Arc<CardRow>>;

#[derive(FromRow)]
struct RemovedRow {
    removed_by: i64,
    #[sqlx(flatten)]
    card: CardRow,
}

/// The cursor of a change.
pub(crate) fn cursor(change: &Change) -> String {
    URL_SAFE_NO_PAD.encode(format!("change:{}", change.id))
}

/// The change that a cursor names; `None`: it is no cursor of changes.
pub(crate) fn read_cursor(cursor: &str) -> Option<i64> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("change:")?.parse().ok().filter(|id| *id >= 0)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::changes::PriceFall;

    fn change(card_id: i64, happening: Happening) -> Change {
        Change { id: 42, card_id, at: DateTime::UNIX_EPOCH, happening }
    }

    fn fall(to_base_minor: i64) -> Happening {
        Happening::Fall(PriceFall {
            listing_id: 1,
            from_minor: 100,
            to_minor: 90,
            to_base_minor,
            currency: "USD".to_owned(),
        })
    }

    #[test]
    fn a_subscriber_wants_its_kind_of_changes_of_its_cards() {
        let below = |below_minor| Of::Falls { below_minor };
        let added = || Happening::Card(CardChange::Added);
        let cases = [
            ((Of::Cards, None), added(), true),
            ((Of::Cards, None), fall(90), false),
            ((Of::Cards, Some([7])), added(), true),
            ((Of::Cards, Some([8])), added(), false),
            ((below(None), None), added(), false),
            ((below(None), None), fall(90), true),
            ((below(Some(90)), None), fall(90), false),
            ((below(Some(91)), None), fall(90), true),
            ((below(Some(91)), Some([8])), fall(90), false),
        ];
        for ((of, cards), happening, expected) in cases {
            let cards = cards.map(HashSet::from);
            let wanted = Wanted { filter: Filter::default(), cards, of };
            assert_eq!(wanted.may_want(&change(7, happening.clone())), expected, "{wanted:?} {happening:?}");
        }
    }

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        assert_eq!(read_cursor(&cursor(&change(7, fall(1)))), Some(42));
        for text in ["", "42", "Y2hhbmdlOi0x", "VmlkZW9DYXJkOjQy", "!"] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }
}
