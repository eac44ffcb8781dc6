//! Answers in Redis. Redis is a help, never a need: a Redis that is away, slow or holds something foreign
//! costs no more than the work that it would have saved.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use fred::{
    clients::Pool,
    interfaces::{ClientLike, EventInterface, KeysInterface},
    types::{
        Builder, Expiration,
        config::{Config, ReconnectPolicy, UnresponsiveConfig},
    },
};
use secrecy::{ExposeSecret, SecretString};
use service::settings::{REDIS, SettingError};
use tokio::time::timeout;

use super::Key;

/// How long an answer is kept that nobody asks for.
const KEPT_SECONDS: i64 = 60;
/// The longest wait for Redis: longer than this, and the work itself is as quick.
const PATIENCE: Duration = Duration::from_millis(20);
/// How long Redis is left alone after it did not answer in time.
const BREAK: Duration = Duration::from_secs(1);
/// Connections to Redis.
const CONNECTIONS: usize = 2;
/// The most commands that wait for a connection.
const LONGEST_BUFFER: usize = 1000;
/// The length of the checksum before each body.
const CHECKSUM_BYTES: usize = 32;

/// Redis, as far as it is there.
#[derive(Clone, Debug)]
pub struct Redis {
    pool: Pool,
    breaker: Arc<Breaker>,
}

impl Redis {
    /// Begins to connect, and goes on trying for good.
    pub fn connect(url: &SecretString) -> Result<Self, SettingError> {
        let wrong = |error: fred::error::Error| {
            SettingError::wrong(REDIS.name, error.details().to_owned(), REDIS.example)
        };
        let config = Config::from_url(url.expose_secret()).map_err(wrong)?;
        let pool = Builder::from_config(config)
            .with_performance_config(|config| config.default_command_timeout = PATIENCE)
            .with_connection_config(|config| {
                config.connection_timeout = Duration::from_secs(2);
                config.internal_command_timeout = Duration::from_secs(2);
                config.max_command_buffer_len = LONGEST_BUFFER;
                config.max_command_attempts = 1;
                config.unresponsive = UnresponsiveConfig {
                    max_timeout: Some(Duration::from_secs(2)),
                    interval: Duration::from_millis(500),
                };
            })
            .set_policy(ReconnectPolicy::new_constant(0, 100))
            .build_pool(CONNECTIONS)
            .map_err(wrong)?;
        let breaker = Arc::new(Breaker::default());
        // Errors come with every try to connect, one line a break is enough.
        let mut errors = pool.next().error_rx();
        let told = breaker.clone();
        tokio::spawn(async move {
            while let Ok((error, _)) = errors.recv().await {
                if told.trip() {
                    tracing::warn!(
                        error = error.details(),
                        "Redis is away: answers are cached in memory alone"
                    );
                }
            }
        });
        pool.connect_pool();
        Ok(Self { pool, breaker })
    }

    /// Whether it can be asked now.
    pub(super) fn is_there(&self) -> bool {
        !self.breaker.is_open() && self.connected()
    }

    /// Whether any connection stands.
    pub fn connected(&self) -> bool {
        self.pool.clients().iter().any(ClientLike::is_connected)
    }

    pub(super) async fn get(&self, key: &Key) -> Option<Bytes> {
        let hash = key.hash();
        let found = self.read(name(&hash)).await?;
        let (checksum, body) = found.split_at_checked(CHECKSUM_BYTES)?;
        if checksum != Key::checksum(&hash, body) {
            tracing::warn!("Redis held something else under an answer's key: ignoring it");
            return None;
        }
        Some(found.slice(CHECKSUM_BYTES..))
    }

    pub(super) fn put(&self, key: &Key, body: &Bytes) {
        let hash = key.hash();
        let mut entry = Vec::with_capacity(CHECKSUM_BYTES + body.len());
        entry.extend_from_slice(&Key::checksum(&hash, body));
        entry.extend_from_slice(body);
        self.write(name(&hash), entry.into(), KEPT_SECONDS);
    }

    /// The value of a key, if Redis is there and says so at once. Whoever asks has to check what it holds.
    pub(crate) async fn read(&self, name: String) -> Option<Bytes> {
        if !self.is_there() {
            return None;
        }
        let Ok(Ok(found)) = timeout(PATIENCE, self.pool.get::<Option<Bytes>, _>(name)).await else {
            self.breaker.trip();
            metrics::counter!("gateway_store_errors_total", "store" => "redis").increment(1);
            return None;
        };
        found
    }

    /// Sets a key for so many seconds. Nobody waits for it.
    pub(crate) fn write(&self, name: String, value: Bytes, seconds: i64) {
        if !self.is_there() {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            let put = this.pool.set::<(), _, _>(name, value, Some(Expiration::EX(seconds)), None, false);
            if !matches!(timeout(PATIENCE * 5, put).await, Ok(Ok(()))) {
                this.breaker.trip();
            }
        });
    }
}

fn name(hash: &[u8; 32]) -> String {
    format!("gateway:answer:{}", blake3::Hash::from(*hash).to_hex())
}

/// Keeps away from Redis for a while after it failed.
#[derive(Debug)]
struct Breaker {
    began: Instant,
    /// In milliseconds since `began`; zero: closed.
    open_until_ms: AtomicU64,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { began: Instant::now(), open_until_ms: AtomicU64::new(0) }
    }
}

impl Breaker {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_open(&self) -> bool {
        self.now_ms() < self.open_until_ms.load(Ordering::Relaxed)
    }

    /// Opens it; whether it was closed before.
    fn trip(&self) -> bool {
        let now = self.now_ms();
        let until = now + u64::try_from(BREAK.as_millis()).unwrap_or(u64::MAX);
        self.open_until_ms.swap(until, Ordering::Relaxed) < now
    }
}
