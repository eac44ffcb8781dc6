//! A gateway without its outside: events go in, queries are answered, on a real Postgres.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_graphql::Variables;
use events::ProductEvent;
use gateway::{
    apply::{Applied, Applier},
    catalogue::{Catalogue, CatalogueState},
    graphql::{self, ServedSchema, document::Document, request::RequestData},
    rates::ExchangeRates,
};
use secrecy::SecretString;
use serde_json::Value;
use service::database::{Database, Limits, Statements};
use sqlx::PgPool;
use stores::sandbox::Sandbox;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../sql/gateway/migrations");

pub(crate) struct InProcess {
    pub(crate) pool: PgPool,
    pub(crate) applier: Applier,
    schema: ServedSchema,
    /// Each is parsed once, as a gateway does.
    documents: Mutex<HashMap<String, Arc<Document>>>,
    rates: ExchangeRates,
    // Dropped last.
    pub(crate) sandbox: Sandbox,
}

impl InProcess {
    pub(crate) async fn start(rates: &str) -> Self {
        let sandbox = Sandbox::new().await;
        let limits = Limits {
            connections: 5,
            acquire: Duration::from_secs(5),
            statement: Duration::from_secs(10),
            lock: Duration::from_secs(10),
            statements: Statements::Small,
        };
        let url = SecretString::from(sandbox.gateway_database_url());
        let database = Database::new(&url, "gateway", limits).unwrap();
        database.migrate_when_up(&MIGRATIONS).await.unwrap();
        let rates = ExchangeRates::read("USD", rates).unwrap();
        let applier = Applier::new(database.pool.clone(), rates.clone());
        applier.catch_up().await.unwrap();
        Self {
            pool: database.pool,
            applier,
            schema: ServedSchema::new(),
            documents: Mutex::default(),
            rates,
            sandbox,
        }
    }

    /// The same gateway after a restart with other rates.
    pub(crate) async fn with_rates(&mut self, rates: &str) {
        self.rates = ExchangeRates::read("USD", rates).unwrap();
        self.applier = Applier::new(self.pool.clone(), self.rates.clone());
        self.applier.catch_up().await.unwrap();
    }

    pub(crate) async fn apply(&self, events: &[ProductEvent]) -> Applied {
        self.applier.apply(events).await.unwrap()
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Value {
        self.ask_under(&self.state().await, query, variables).await
    }

    /// What the catalogue is like now.
    pub(crate) async fn state(&self) -> Arc<CatalogueState> {
        let catalogue = Catalogue::default();
        catalogue.refresh(&self.pool).await.unwrap();
        catalogue.latest().unwrap()
    }

    /// The answer of a gateway that has heard of nothing that happened since `state`.
    pub(crate) async fn ask_under(
        &self,
        state: &Arc<CatalogueState>,
        query: &str,
        variables: Value,
    ) -> Value {
        serde_json::from_str(&self.text_under(state, query, variables).await).unwrap()
    }

    /// The same, letter for letter.
    pub(crate) async fn text_under(
        &self,
        state: &Arc<CatalogueState>,
        query: &str,
        variables: Value,
    ) -> String {
        let now = chrono::Utc::now();
        let data = || RequestData::new(&self.pool, Some(state), self.rates.base(), now);
        let document = self.document(query);
        let variables = Variables::from_json(variables);
        let executed = graphql::execute(&self.schema, &document, None, variables, data).await;
        String::from_utf8(executed.body).unwrap()
    }

    fn document(&self, query: &str) -> Arc<Document> {
        let mut documents = self.documents.lock().unwrap();
        let parse = || Arc::new(Document::parse(query).unwrap());
        Arc::clone(documents.entry(query.to_owned()).or_insert_with(parse))
    }

    /// The data of an answer that has no errors.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        let answer = self.ask_with(query, Value::Null).await;
        assert_eq!(answer["errors"], Value::Null, "{query}");
        answer["data"].clone()
    }

    /// The names of all cards with their best prices, by name.
    pub(crate) async fn cards(&self) -> Vec<(String, Option<String>)> {
        let data =
            self.ask("{ videoCards(first: 100, sort: NAME_ASC) { nodes { name bestOffer { price { amount } } } } }").await;
        let nodes = data["videoCards"]["nodes"].as_array().unwrap();
        nodes
            .iter()
            .map(|card| {
                let price = card["bestOffer"]["price"]["amount"].as_str().map(str::to_owned);
                (card["name"].as_str().unwrap().to_owned(), price)
            })
            .collect()
    }
}
