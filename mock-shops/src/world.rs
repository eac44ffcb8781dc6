//! Everything that the server holds, and the routes to it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    http::StatusCode,
    middleware,
    routing::{get, post},
};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use crate::{
    answers::refuse,
    catalogue::Catalogue,
    control, countrylink,
    cursors::Cursors,
    faults::Fault,
    gate::{self, Limiter},
    ledger::Ledger,
    netvideo,
    products::Products,
    settings::Settings,
    shop::Shop,
    stats::Stats,
};

/// Both shops and what surrounds them.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) products: Products,
    pub(crate) api_key: SecretString,
    pub(crate) cursors: Cursors,
    /// Cancelled when the server stops: whatever hangs on purpose lets go then.
    pub(crate) stopping: CancellationToken,
    ledgers: [RwLock<Ledger>; 2],
    doors: [Door; 2],
}

/// What a request to a shop passes before the shop itself.
#[derive(Debug)]
struct Door {
    limiter: Mutex<Limiter>,
    fault: Mutex<Option<Fault>>,
    stats: Mutex<Stats>,
}

impl World {
    /// The world of these settings.
    pub(crate) fn open(settings: &Settings, stopping: CancellationToken) -> Result<Self, serde_json::Error> {
        let products = Products::generate(Catalogue::embedded()?, settings.seed, settings.cards);
        let ledgers = Shop::ALL.map(|shop| RwLock::new(Ledger::open(&products, shop)));
        let doors = Shop::ALL.map(|_| Door {
            limiter: Mutex::new(Limiter::new(settings.rate_limit)),
            fault: Mutex::default(),
            stats: Mutex::default(),
        });
        let api_key = settings.api_key.clone();
        Ok(Self { products, api_key, cursors: Cursors::default(), stopping, ledgers, doors })
    }

    /// A shop's offer, to be read. Never to be held across an `await`.
    pub(crate) fn ledger(&self, shop: Shop) -> RwLockReadGuard<'_, Ledger> {
        self.ledgers[usize::from(shop.number())].read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A shop's offer, to be changed. Never to be held across an `await`.
    pub(crate) fn ledger_mut(&self, shop: Shop) -> RwLockWriteGuard<'_, Ledger> {
        self.ledgers[usize::from(shop.number())].write().unwrap_or_else(PoisonError::into_inner)
    }

    /// A shop's rate limit.
    pub(crate) fn limiter(&self, shop: Shop) -> MutexGuard<'_, Limiter> {
        lock(&self.door(shop).limiter)
    }

    /// What is wrong with a shop on purpose, if anything is.
    pub(crate) fn fault(&self, shop: Shop) -> MutexGuard<'_, Option<Fault>> {
        lock(&self.door(shop).fault)
    }

    /// What has been asked of a shop.
    pub(crate) fn stats(&self, shop: Shop) -> MutexGuard<'_, Stats> {
        lock(&self.door(shop).stats)
    }

    fn door(&self, shop: Shop) -> &Door {
        &self.doors[usize::from(shop.number())]
    }
}

/// What stands behind a lock is whole between any two statements, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Seconds since 1970.
pub(crate) fn now() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs()).unwrap_or(u32::MAX)
}

/// All routes.
pub(crate) fn app(world: &Arc<World>) -> Router {
    let shop = |shop: Shop, path: &str, method| {
        Router::new()
            .route(path, method)
            .fallback(async || refuse(StatusCode::NOT_FOUND, "the shop has no such address"))
            .layer(middleware::from_fn_with_state((Arc::clone(world), shop), gate::pass))
            .layer(middleware::from_fn(gate::trace))
    };
    let controls = Router::new()
        .route("/products", get(control::products))
        .route("/stats", get(control::stats).delete(control::forget_stats))
        .route("/faults", get(control::faults).put(control::set_fault).delete(control::end_faults))
        .route(
            "/listings/{shop}/{id}",
            get(control::listing)
                .patch(control::change_listing)
                .delete(control::remove_listing)
                .put(control::restore_listing),
        )
        .route("/listings/{shop}/{id}/restore", post(control::restore_listing));
    Router::new()
        .route("/health", get(async || "ok"))
        .route("/ready", get(async || "ok"))
        .nest("/netvideo", shop(Shop::NetVideo, "/v1/videocards", get(netvideo::videocards)))
        .nest("/countrylink", shop(Shop::CountryLink, "/api/products", get(countrylink::products)))
        .nest("/_mock", controls)
        .fallback(async || refuse(StatusCode::NOT_FOUND, "there is nothing at this address"))
        .with_state(Arc::clone(world))
}
