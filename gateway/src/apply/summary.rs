//! What filters and sorts need to know of a card's offers, worked out of all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use events::Listing;
use sqlx::PgConnection;

use super::{
    card_ids::{CardId, ListingId},
    listings::News,
    regroup::Regrouped,
};
use crate::{
    offer::{BUYABLE, availability_word},
    rates::ExchangeRates,
};

/// What a listing of a card costs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Offer {
    pub(super) id: ListingId,
    pub(super) card_id: CardId,
    pub(super) shop: String,
    pub(super) price_minor: Option<i64>,
    pub(super) previous_price_minor: Option<i64>,
    /// `None`: it can't be compared, and is not served.
    pub(super) base_price_minor: Option<i64>,
    pub(super) availability: Option<String>,
}

/// What the listings of cards cost, of each all that are a part of it.
pub(super) type Offers = HashMap<CardId, Vec<Offer>>;

/// What a card's offers come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) listing_count: i32,
    /// Of what can be bought.
    pub(super) best_price_minor: Option<i64>,
    /// By how much the best offer costs less than before, in hundredths of a percent.
    pub(super) discount_bp: i32,
    pub(super) shop_slugs: BTreeSet<String>,
    pub(super) availabilities: BTreeSet<String>,
}

impl Summary {
    /// The card is served.
    pub(super) fn is_served(&self) -> bool {
        self.listing_count > 0
    }

    fn of(offers: &[Offer]) -> Self {
        let served = || offers.iter().filter_map(|offer| Some((offer.base_price_minor?, offer)));
        let best =
            served().filter(|(_, offer)| offer.is_buyable()).min_by_key(|(price, offer)| (*price, offer.id));
        Self {
            listing_count: i32::try_from(offers.len()).unwrap_or(i32::MAX),
            best_price_minor: best.map(|(price, _)| price),
            discount_bp: best.map_or(0, |(_, offer)| offer.discount_bp()),
            shop_slugs: served().map(|(_, offer)| offer.shop.clone()).collect(),
            availabilities: served().filter_map(|(_, offer)| offer.availability.clone()).collect(),
        }
    }
}

impl Offer {
    /// Of a listing that is told for the first time.
    fn told(news: &News, card_id: CardId, rates: &ExchangeRates) -> Option<Self> {
        let told = news.told.as_ref()?;
        Some(Self::of(news.id, card_id, &told.shop, told.state.listing()?, None, rates))
    }

    /// Of a listing as its shop has it.
    pub(super) fn of(
        id: ListingId,
        card_id: CardId,
        shop: &str,
        listing: &Listing,
        previous_price_minor: Option<i64>,
        rates: &ExchangeRates,
    ) -> Self {
        Self {
            id,
            card_id,
            shop: shop.to_owned(),
            price_minor: Some(listing.price.amount_minor),
            previous_price_minor,
            base_price_minor: rates.to_base_minor(&listing.price),
            availability: Some(availability_word(listing.availability).to_owned()),
        }
    }

    fn is_buyable(&self) -> bool {
        self.availability.as_deref().is_some_and(|availability| BUYABLE.contains(&availability))
    }

    fn discount_bp(&self) -> i32 {
        let Some((previous, price)) = self.previous_price_minor.zip(self.price_minor) else { return 0 };
        if previous <= price || previous <= 0 {
            return 0;
        }
        let (previous, price) = (i128::from(previous), i128::from(price));
        // Rounded, half up.
        i32::try_from((20_000 * (previous - price) + previous) / (2 * previous)).unwrap_or(i32::MAX)
    }
}

/// What the offers of cards come to, once all listings are stored; of those at hand, without a look.
pub(super) async fn of_cards(
    connection: &mut PgConnection,
    cards: &BTreeSet<CardId>,
    at_hand: Offers,
) -> sqlx::Result<BTreeMap<CardId, Summary>> {
    let others: Vec<CardId> = cards.iter().filter(|card| !at_hand.contains_key(card)).copied().collect();
    let mut offers: Vec<Offer> = at_hand.into_values().flatten().collect();
    if !others.is_empty() {
        offers.extend(stored(connection, &others).await?);
    }
    Ok(by_card(cards, offers))
}

/// What cards' listings will cost once the news are stored, of those cards of which that is known without a look:
/// nothing was known of them, or nothing but offers is news of them and what these were is foreseen.
pub(super) fn at_hand(
    rates: &ExchangeRates,
    news: &[News],
    regrouped: &Regrouped,
    foreseen: Offers,
) -> Offers {
    let mut offers = foreseen;
    for offer in news.iter().filter_map(|news| news.offer.as_ref()) {
        let Some(of_card) = offers.get_mut(&offer.card_id) else { continue };
        match of_card.iter_mut().find(|known| known.id == offer.id) {
            Some(known) => known.clone_from(offer),
            None => {
                offers.remove(&offer.card_id);
            }
        }
    }
    offers.extend(regrouped.first_told.iter().map(|card| (*card, Vec::new())));
    for news in news {
        let card =
            news.card_once_stored(&regrouped.card_of).filter(|card| regrouped.first_told.contains(card));
        if let Some(card) = card {
            offers.entry(card).or_default().extend(Offer::told(news, card, rates));
        }
    }
    offers
}

/// What the listings of cards cost, as is stored.
pub(super) async fn offers_of(connection: &mut PgConnection, cards: &[CardId]) -> sqlx::Result<Offers> {
    let mut offers: Offers = cards.iter().map(|card| (*card, Vec::new())).collect();
    if cards.is_empty() {
        return Ok(offers);
    }
    for offer in stored(connection, cards).await? {
        offers.entry(offer.card_id).or_default().push(offer);
    }
    Ok(offers)
}

/// The same of cards about which there is no news.
pub(super) async fn of_stored(
    connection: &mut PgConnection,
    cards: &[CardId],
) -> sqlx::Result<BTreeMap<CardId, Summary>> {
    let offers = stored(connection, cards).await?;
    Ok(by_card(&cards.iter().copied().collect(), offers))
}

async fn stored(connection: &mut PgConnection, cards: &[CardId]) -> sqlx::Result<Vec<Offer>> {
    sqlx::query_as(include_str!("../../../sql/gateway/offers_to_summarise.sql"))
        .bind(cards)
        .fetch_all(connection)
        .await
}

fn by_card(cards: &BTreeSet<CardId>, mut offers: Vec<Offer>) -> BTreeMap<CardId, Summary> {
    offers.sort_unstable_by_key(|offer| offer.card_id);
    let mut summaries: BTreeMap<CardId, Summary> =
        cards.iter().map(|card| (*card, Summary::default())).collect();
    for of_card in offers.chunk_by(|one, next| one.card_id == next.card_id) {
        summaries.insert(of_card[0].card_id, Summary::of(of_card));
    }
    summaries
}

/// Summaries, a column each, as `unnest` takes them. Several words of one row stand in a line each.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) card_ids: Vec<CardId>,
    pub(super) listing_counts: Vec<i32>,
    pub(super) best_prices_minor: Vec<Option<i64>>,
    pub(super) discounts_bp: Vec<i32>,
    pub(super) shop_slugs: Vec<String>,
    pub(super) availabilities: Vec<String>,
}

impl Columns {
    pub(super) fn of<'s>(summaries: impl IntoIterator<Item = (&'s CardId, &'s Summary)>) -> Self {
        let mut columns = Self::default();
        for (card, summary) in summaries {
            columns.push(*card, summary);
        }
        columns
    }

    pub(super) fn push(&mut self, card: CardId, summary: &Summary) {
        let lines =
            |words: &BTreeSet<String>| words.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        self.card_ids.push(card);
        self.listing_counts.push(summary.listing_count);
        self.best_prices_minor.push(summary.best_price_minor);
        self.discounts_bp.push(summary.discount_bp);
        self.shop_slugs.push(lines(&summary.shop_slugs));
        self.availabilities.push(lines(&summary.availabilities));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(
        id: ListingId,
        shop: &str,
        prices: (i64, Option<i64>),
        base: Option<i64>,
        availability: &str,
    ) -> Offer {
        Offer {
            id,
            card_id: 1,
            shop: shop.to_owned(),
            price_minor: Some(prices.0),
            previous_price_minor: prices.1,
            base_price_minor: base,
            availability: Some(availability.to_owned()),
        }
    }

    #[test]
    fn the_best_offer_is_the_cheapest_that_can_be_bought_and_compared() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
        let netvideo = |prices, base, word| offer(1, "netvideo", prices, base, word);
        let countrylink = |prices, base, word| offer(2, "countrylink", prices, base, word);
        let cases = [
            ("none", vec![], (None, 0), (vec![], vec![])),
            (
                "one that is cheaper than before",
                vec![netvideo((800, Some(1_000)), Some(800), "in_stock")],
                (Some(800), 2_000),
                (vec!["netvideo"], vec!["in_stock"]),
            ),
            (
                "one that is dearer than before",
                vec![netvideo((1_000, Some(800)), Some(1_000), "in_stock")],
                (Some(1_000), 0),
                (vec!["netvideo"], vec!["in_stock"]),
            ),
            (
                "the cheaper of two",
                vec![
                    netvideo((800, Some(1_000)), Some(800), "preorder"),
                    countrylink((700, None), Some(700), "on_order"),
                ],
                (Some(700), 0),
                (vec!["countrylink", "netvideo"], vec!["on_order", "preorder"]),
            ),
            (
                "of two that cost the same, the elder listing",
                vec![
                    countrylink((700, Some(1_400)), Some(700), "in_stock"),
                    netvideo((700, None), Some(700), "in_stock"),
                ],
                (Some(700), 0),
                (vec!["countrylink", "netvideo"], vec!["in_stock"]),
            ),
            (
                "what is sold out is served, and no best offer",
                vec![
                    netvideo((800, None), Some(800), "in_stock"),
                    countrylink((700, None), Some(700), "out_of_stock"),
                ],
                (Some(800), 0),
                (vec!["countrylink", "netvideo"], vec!["in_stock", "out_of_stock"]),
            ),
            (
                "what can't be compared is not served",
                vec![netvideo((800, None), Some(800), "in_stock"), countrylink((7, None), None, "preorder")],
                (Some(800), 0),
                (vec!["netvideo"], vec!["in_stock"]),
            ),
        ];
        for (name, offers, (best_price_minor, discount_bp), (shops, availabilities)) in cases {
            let expected = Summary {
                listing_count: i32::try_from(offers.len()).unwrap(),
                best_price_minor,
                discount_bp,
                shop_slugs: words(&shops),
                availabilities: words(&availabilities),
            };
            assert_eq!(Summary::of(&offers), expected, "{name}");
        }
    }

    #[test]
    fn a_discount_is_rounded_to_hundredths_of_a_percent() {
        let cases = [
            ((2, Some(3)), 3_333),
            ((1, Some(3)), 6_667),
            ((7_999, Some(8_000)), 1),
            ((39_999, Some(40_000)), 0),
            ((19_999, Some(20_000)), 1),
            ((5, None), 0),
            ((1, Some(i64::MAX)), 10_000),
        ];
        for (prices, expected) in cases {
            assert_eq!(offer(1, "netvideo", prices, None, "in_stock").discount_bp(), expected, "{prices:?}");
        }
    }
}
