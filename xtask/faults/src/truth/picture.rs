//! All offers at one moment: as the shops know them to be, or as a gateway serves them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{trouble::Trouble, world::reader::Reader};

/// A listing: the shop's slug and the shop's own id.
pub(crate) type ListingKey = (String, String);

/// What one offer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// In the minor units of its currency.
    pub(crate) price_minor: i64,
    pub(crate) currency: String,
    /// In lower case.
    pub(crate) availability: String,
}

/// The terms of every listing that is, or should be, on offer.
pub(crate) type Picture = BTreeMap<ListingKey, Terms>;

/// So many of each kind of difference are told.
const TOLD: usize = 3;

const PAGE: &str = "query($after: String) {
    videoCards(first: 100, after: $after, sort: NAME_ASC) {
        nodes { id updatedAt offers { shop { slug } url price { minorUnits currency } availability } }
        pageInfo { hasNextPage endCursor }
    }
}";

/// An offer as it was served.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) listing: ListingKey,
    pub(crate) terms: Terms,
}

/// A card as it was served.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) id: String,
    /// RFC 3339, which sorts as text.
    pub(crate) updated_at: String,
    pub(crate) offers: Vec<Offered>,
}

/// One page of all cards.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) cards: Vec<Card>,
    /// The cursor of the next page, if there is one.
    pub(crate) next: Option<String>,
}

impl Page {
    /// The query and the variables that ask for the page after a cursor.
    pub(crate) fn query(after: Option<&str>) -> (&'static str, Value) {
        (PAGE, json!({ "after": after }))
    }

    /// Reads the data of an answer; `None` where it isn't a page.
    pub(crate) fn read(data: &Value) -> Option<Self> {
        let list = &data["videoCards"];
        let cards = list["nodes"].as_array()?.iter().map(card).collect::<Option<_>>()?;
        let info = &list["pageInfo"];
        let next = info["hasNextPage"].as_bool()?.then(|| info["endCursor"].as_str().map(str::to_owned));
        Some(Self { cards, next: next.flatten() })
    }
}

fn card(card: &Value) -> Option<Card> {
    let offers = card["offers"].as_array()?.iter().map(offer).collect::<Option<_>>()?;
    Some(Card { id: text(&card["id"])?, updated_at: text(&card["updatedAt"])?, offers })
}

fn offer(offer: &Value) -> Option<Offered> {
    let id = offer["url"].as_str()?.rsplit('/').next()?.to_owned();
    let terms = Terms {
        price_minor: offer["price"]["minorUnits"].as_i64()?,
        currency: text(&offer["price"]["currency"])?,
        availability: text(&offer["availability"])?.to_lowercase(),
    };
    Some(Offered { listing: (text(&offer["shop"]["slug"])?, id), terms })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// What a gateway serves of all cards, page by page. The error says why there is no whole picture now.
pub(crate) async fn served(reader: &Reader, gateway: usize) -> Result<Picture, String> {
    let mut picture = Picture::new();
    let mut after = None;
    loop {
        let (query, variables) = Page::query(after.as_deref());
        let answer = reader.ask(gateway, query, &variables).await;
        let page = answer.data().and_then(Page::read);
        let Some(page) = page else {
            return Err(format!(
                "gateway {gateway} gives no page: {} {:?}",
                answer.outcome(),
                answer.said.err()
            ));
        };
        for offered in page.cards.into_iter().flat_map(|card| card.offers) {
            let Offered { listing, terms } = offered;
            if picture.contains_key(&listing) {
                return Err(format!("{listing:?} is served twice"));
            }
            picture.insert(listing, terms);
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(picture),
        }
    }
}

/// What is true in the shops whose controls are below `shops`.
pub(crate) async fn truth(http: &reqwest::Client, shops: &str) -> Result<Picture, Trouble> {
    let text = http.get(format!("{shops}/_mock/products")).send().await?.text().await?;
    let truth: Value = serde_json::from_str(&text).map_err(|_| Trouble::foreign("the mock shops", &text))?;
    let products = truth["products"].as_array().ok_or_else(|| Trouble::foreign("the mock shops", &text))?;
    let cards = products.iter().filter(|product| product["kind"] == "card");
    let listings = cards.flat_map(|card| card["listings"].as_array().into_iter().flatten());
    let servable = listings.filter(|listing| listing["servable"] == true);
    servable
        .map(|listing| read_listing(listing).ok_or_else(|| Trouble::foreign("the mock shops", listing)))
        .collect()
}

fn read_listing(listing: &Value) -> Option<(ListingKey, Terms)> {
    let terms = Terms {
        price_minor: listing["price_minor"].as_i64()?,
        currency: text(&listing["currency"])?,
        availability: text(&listing["availability"])?,
    };
    Some(((text(&listing["shop"])?, text(&listing["id"])?), terms))
}

/// How what is served differs from what is true, offer for offer; `None`: not at all.
pub(crate) fn difference(truth: &Picture, served: &Picture) -> Option<String> {
    let lost: Vec<_> = truth.keys().filter(|key| !served.contains_key(*key)).collect();
    let ghosts: Vec<_> = served.keys().filter(|key| !truth.contains_key(*key)).collect();
    let wrong: Vec<_> = truth
        .iter()
        .filter_map(|(key, terms)| {
            let served = served.get(key).filter(|served| *served != terms)?;
            Some(format!("{key:?} is {terms:?}, served {served:?}"))
        })
        .collect();
    if lost.is_empty() && ghosts.is_empty() && wrong.is_empty() {
        return None;
    }
    Some(format!(
        "of {} offers {} are lost {:?}, {} are ghosts {:?}, {} are wrong {:?}",
        truth.len(),
        lost.len(),
        lost.iter().take(TOLD).collect::<Vec<_>>(),
        ghosts.len(),
        ghosts.iter().take(TOLD).collect::<Vec<_>>(),
        wrong.len(),
        wrong.iter().take(TOLD).collect::<Vec<_>>(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(offers: &[(&str, i64)]) -> Picture {
        let terms = |price_minor| Terms {
            price_minor,
            currency: "USD".to_owned(),
            availability: "in_stock".to_owned(),
        };
        offers.iter().map(|(id, price)| (("netvideo".to_owned(), (*id).to_owned()), terms(*price))).collect()
    }

    #[test]
    fn what_is_lost_or_a_ghost_or_wrong_is_told_apart() {
        let truth = picture(&[("1", 100), ("2", 200), ("3", 300)]);
        let cases = [
            (picture(&[("1", 100), ("2", 200), ("3", 300)]), None),
            (picture(&[("1", 100), ("2", 200)]), Some("1 are lost")),
            (picture(&[("1", 100), ("2", 200), ("3", 300), ("4", 1)]), Some("1 are ghosts")),
            (picture(&[("1", 100), ("2", 200), ("3", 299)]), Some("1 are wrong")),
        ];
        for (served, expected) in cases {
            match (difference(&truth, &served), expected) {
                (None, None) => {}
                (Some(told), Some(part)) => assert!(told.contains(part), "{told}"),
                (told, expected) => panic!("{told:?} instead of {expected:?}"),
            }
        }
    }
}
