//! The whole pipeline, from the mock shops to the gateway, on real stores; and the comparison of what is
//! served with what the shops know to be true.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use stores::{process::Service, sandbox::Sandbox};

use super::{ask, eventually, http_client};

/// How often the shops are crawled.
pub(crate) const COLLECT_EVERY: Duration = Duration::from_secs(1);

/// The three services on one test's stores.
pub(crate) struct Pipeline {
    pub(crate) shops: Service,
    pub(crate) collector: Service,
    pub(crate) gateway: Service,
    pub(crate) http: reqwest::Client,
    // Dropped last.
    pub(crate) sandbox: Sandbox,
}

/// What one offer says: price in minor units, currency, availability.
pub(crate) type Terms = (i64, String, String);
/// A listing: the shop's slug and the shop's own id.
pub(crate) type ListingKey = (String, String);

/// What is served, or what is true: the terms of every listing, and which listings are one product.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) offers: BTreeMap<ListingKey, Terms>,
    pub(crate) products: Vec<BTreeSet<ListingKey>>,
    /// What the shops say of each product's technologies; empty for what is served.
    pub(crate) technologies: Vec<BTreeSet<String>>,
    /// What each listing's title is.
    pub(crate) titles: BTreeMap<ListingKey, String>,
}

impl Pipeline {
    /// Starts everything. `shops` are variables of the mock shops.
    pub(crate) async fn start(sandbox: Sandbox, shops: &[(&str, &str)]) -> Self {
        let shops = Service::start("mock-shops", shops.iter().copied()).await.expect("the shops open");
        let collector = Service::start("collector", Self::collector_variables(&sandbox, &shops)).await;
        let gateway = Service::start("gateway", Self::gateway_variables(&sandbox)).await;
        Self {
            shops,
            collector: collector.expect("the collector starts"),
            gateway: gateway.expect("the gateway starts"),
            http: http_client(),
            sandbox,
        }
    }

    pub(crate) fn collector_variables(sandbox: &Sandbox, shops: &Service) -> Vec<(&'static str, String)> {
        vec![
            ("DATABASE_URL", sandbox.collector_database_url()),
            ("AMQP_URL", sandbox.collector_amqp_url()),
            ("NETVIDEO_URL", shops.url("/netvideo")),
            ("COUNTRYLINK_URL", shops.url("/countrylink")),
            ("COUNTRYLINK_API_KEY", "demo-key".to_owned()),
            ("COLLECT_EVERY", format!("{}ms", COLLECT_EVERY.as_millis())),
        ]
    }

    pub(crate) fn gateway_variables(sandbox: &Sandbox) -> Vec<(&'static str, String)> {
        vec![
            ("DATABASE_URL", sandbox.gateway_database_url()),
            ("AMQP_URL", sandbox.gateway_amqp_url()),
            ("REDIS_URL", sandbox.redis_url()),
            // No balancer sends anybody here.
            ("STOP_LINGER", "0s".to_owned()),
        ]
    }

    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        ask(&self.http, &self.gateway.url("/graphql"), query, variables).await
    }

    /// The data of an answer without errors. On a busy machine the gateway's stores may be too slow now and then.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        const SOON: Duration = Duration::from_secs(20);
        eventually(SOON, || async {
            let mut answer = self.ask(query, variables.clone()).await;
            if answer["errors"].is_null() { Ok(answer["data"].take()) } else { Err(answer.to_string()) }
        })
        .await
    }

    /// What is true in the shops.
    pub(crate) async fn truth(&self) -> Picture {
        let text =
            self.http.get(self.shops.url("/_mock/products")).send().await.unwrap().text().await.unwrap();
        let truth: Value = serde_json::from_str(&text).expect("the shops know the truth");
        let mut picture = Picture::default();
        for product in truth["products"].as_array().unwrap() {
            if product["kind"] != "card" {
                continue;
            }
            let mut listings = BTreeSet::new();
            for listing in product["listings"].as_array().unwrap() {
                if listing["servable"] != true {
                    continue;
                }
                let key = (text_of(&listing["shop"]), text_of(&listing["id"]));
                let availability = text_of(&listing["availability"]);
                let terms =
                    (listing["price_minor"].as_i64().unwrap(), text_of(&listing["currency"]), availability);
                picture.offers.insert(key.clone(), terms);
                picture.titles.insert(key.clone(), text_of(&listing["title"]));
                listings.insert(key);
            }
            picture.products.push(listings);
            let technologies = product["technologies"].as_array().unwrap();
            picture.technologies.push(technologies.iter().map(text_of).collect());
        }
        picture
    }

    /// What is served of all cards, page by page; `Err` where an answer has errors or an offer is served twice.
    pub(crate) async fn served(&self) -> Result<Picture, String> {
        self.served_of(json!({})).await
    }

    /// The same of the cards that fit a filter.
    pub(crate) async fn served_of(&self, filter: Value) -> Result<Picture, String> {
        const PAGE: &str = "query($after: String, $filter: VideoCardFilter) {
            videoCards(first: 100, after: $after, sort: NAME_ASC, filter: $filter) {
            nodes { id offers { shop { slug } url price { minorUnits currency } availability } }
            pageInfo { hasNextPage endCursor } } }";
        let mut picture = Picture::default();
        let mut after = Value::Null;
        loop {
            let answer = self.ask(PAGE, json!({ "after": after, "filter": filter })).await;
            if answer["errors"] != Value::Null {
                return Err(answer["errors"].to_string());
            }
            let page = &answer["data"]["videoCards"];
            for card in page["nodes"].as_array().unwrap() {
                let mut listings = BTreeSet::new();
                for offer in card["offers"].as_array().unwrap() {
                    let url = text_of(&offer["url"]);
                    let id = url.rsplit('/').next().unwrap_or_default().to_owned();
                    let key = (text_of(&offer["shop"]["slug"]), id);
                    let price = &offer["price"];
                    let availability = text_of(&offer["availability"]).to_lowercase();
                    let terms =
                        (price["minorUnits"].as_i64().unwrap(), text_of(&price["currency"]), availability);
                    if picture.offers.insert(key.clone(), terms).is_some() {
                        return Err(format!("{key:?} is served twice"));
                    }
                    listings.insert(key);
                }
                picture.products.push(listings);
            }
            if page["pageInfo"]["hasNextPage"] == false {
                return Ok(picture);
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Waits until what is served equals what is true, offer for offer.
    pub(crate) async fn settled(&self, within: Duration) -> (Picture, Picture) {
        eventually(within, || async {
            let served = self.served().await?;
            let truth = self.truth().await;
            match difference(&truth, &served) {
                None => Ok((truth, served)),
                Some(difference) => Err(difference),
            }
        })
        .await
    }
}

/// How what is served differs from what is true, offer for offer; `None`: not at all.
pub(crate) fn difference(truth: &Picture, served: &Picture) -> Option<String> {
    let missing: Vec<_> = truth.offers.iter().filter(|(key, _)| !served.offers.contains_key(*key)).collect();
    let ghosts: Vec<_> = served.offers.iter().filter(|(key, _)| !truth.offers.contains_key(*key)).collect();
    let wrong: Vec<_> = truth
        .offers
        .iter()
        .filter_map(|(key, terms)| {
            Some((key, terms, served.offers.get(key).filter(|served| *served != terms)?))
        })
        .collect();
    if missing.is_empty() && ghosts.is_empty() && wrong.is_empty() {
        return None;
    }
    let first = |list: &dyn std::fmt::Debug| format!("{list:?}").chars().take(600).collect::<String>();
    Some(format!(
        "{} true offers, {} served; {} missing {}; {} ghosts {}; {} wrong (true, served) {}",
        truth.offers.len(),
        served.offers.len(),
        missing.len(),
        first(&missing),
        ghosts.len(),
        first(&ghosts),
        wrong.len(),
        first(&wrong)
    ))
}

/// How well listings were merged, in pairs of listings.
#[derive(Debug)]
pub(crate) struct MergeScore {
    pub(crate) true_pairs: usize,
    pub(crate) merged: usize,
    /// The titles of listings that are not one product, and are served as one.
    pub(crate) wrong: Vec<(String, String)>,
    /// The titles of listings that are one product, and are served as two.
    pub(crate) missed: Vec<(String, String)>,
}

pub(crate) fn score(truth: &Picture, served: &Picture) -> MergeScore {
    let pairs = |products: &[BTreeSet<ListingKey>]| -> BTreeSet<(ListingKey, ListingKey)> {
        products
            .iter()
            .flat_map(|listings| {
                listings.iter().flat_map(move |one| {
                    listings
                        .iter()
                        .filter(move |other| one < *other)
                        .map(move |other| (one.clone(), other.clone()))
                })
            })
            .collect()
    };
    let titles = |(one, other): &(ListingKey, ListingKey)| {
        let title = |key: &ListingKey| truth.titles.get(key).cloned().unwrap_or_default();
        (title(one), title(other))
    };
    let (true_pairs, served) = (pairs(&truth.products), pairs(&served.products));
    MergeScore {
        true_pairs: true_pairs.len(),
        merged: true_pairs.intersection(&served).count(),
        wrong: served.difference(&true_pairs).map(titles).collect(),
        missed: true_pairs.difference(&served).map(titles).collect(),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
