//! A service's own schema in Postgres: the pool that reaches it, and the migrations that make it.
//!
//! A service works in its own schema only and need not have the right to create it. The pool never waits
//! long: a Postgres that hangs must not hang whoever asks.

use std::{str::FromStr, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::settings::{DATABASE, SettingError};

/// How a service uses Postgres.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most connections held.
    pub connections: u32,
    /// The longest wait for a connection.
    pub acquire: Duration,
    /// The longest that one statement may run.
    pub statement: Duration,
    /// The longest that a statement may wait for a lock.
    pub lock: Duration,
    /// What its statements are like.
    pub statements: Statements,
}

/// What statements are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statements {
    /// Each has much to do, and is planned for what it is given.
    Large,
    /// They are many, and small: to plan them each time, or to ask each time whether a connection stands that was used a
    /// moment ago, would take longer than they do.
    Small,
}

/// A connection that was used so lately is taken to stand: a Postgres that was away was away for longer.
const LATELY_USED: Duration = Duration::from_millis(100);

/// A service's schema in Postgres.
#[derive(Clone, Debug)]
pub struct Database {
    /// Connections whose `search_path` is the service's schema. A transaction is to be run in a task of its
    /// own: one whose `begin` is cancelled would be given back open.
    pub pool: PgPool,
    options: PgConnectOptions,
    schema: &'static str,
}

/// Why a schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Postgres can't be reached just now.
    #[error("Postgres can't be reached: {0}")]
    Unreachable(sqlx::Error),
    /// Postgres answers, and won't have it: trying again doesn't help.
    #[error("the schema can't be brought up to date: {0}")]
    Refused(String),
}

impl Database {
    /// Prepares a pool; nothing is connected yet.
    pub fn new(url: &SecretString, schema: &'static str, limits: Limits) -> Result<Self, SettingError> {
        let options = PgConnectOptions::from_str(url.expose_secret())
            .map_err(|error| SettingError::wrong(DATABASE.name, error.to_string(), DATABASE.example))?
            .application_name(schema)
            .options([
                ("search_path", schema),
                ("statement_timeout", "0"),
                // What exists already is no news in the log.
                ("client_min_messages", "warning"),
            ])
            .disable_statement_logging();
        let milliseconds = |duration: Duration| format!("{}ms", duration.as_millis());
        let limited = options.clone().options([
            ("statement_timeout", milliseconds(limits.statement)),
            ("lock_timeout", milliseconds(limits.lock)),
            ("idle_in_transaction_session_timeout", "10s".to_owned()),
            ("tcp_keepalives_idle", "10".to_owned()),
        ]);
        let (limited, options_of_pool) = match limits.statements {
            Statements::Large => (limited, PgPoolOptions::new()),
            Statements::Small => (
                limited.options([("plan_cache_mode", "force_generic_plan")]),
                PgPoolOptions::new().test_before_acquire(false).before_acquire(|connection, used| {
                    Box::pin(async move {
                        // One that no longer stands is told by an error, and another one is taken.
                        if used.idle_for > LATELY_USED {
                            connection.ping().await.map(|()| true)
                        } else {
                            Ok(true)
                        }
                    })
                }),
            ),
        };
        let pool = options_of_pool
            .max_connections(limits.connections)
            // A new connection takes longer than a reader should wait: as many as one query uses at the same time
            // are there beforehand.
            .min_connections(limits.connections.min(10))
            .acquire_timeout(limits.acquire)
            .idle_timeout(Duration::from_mins(1))
            .connect_lazy_with(limited);
        Ok(Self { pool, options, schema })
    }

    /// The options of a connection outside the pool, with `search_path` set and no time limits: for locks
    /// that are held as long as a connection, and for listening.
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Brings the schema up to date, under a lock that services share. Waits as long as Postgres can't be
    /// reached and says so.
    pub async fn migrate_when_up(&self, migrator: &'static Migrator) -> Result<(), SchemaError> {
        const PAUSE: Duration = Duration::from_millis(500);
        let mut told = false;
        loop {
            match self.migrate(migrator).await {
                Ok(()) => return Ok(()),
                Err(error @ SchemaError::Refused(_)) => return Err(error),
                Err(error) => {
                    if !told {
                        tracing::warn!(%error, "waiting for Postgres: check that DATABASE_URL is right and that it runs");
                        told = true;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn migrate(&self, migrator: &'static Migrator) -> Result<(), SchemaError> {
        let mut connection = PgConnection::connect_with(&self.options).await.map_err(classify)?;
        self.create_schema_unless_there(&mut connection).await.map_err(classify)?;
        let mut migrator = Migrator { migrations: migrator.migrations.clone(), ..Migrator::DEFAULT };
        // A schema that a newer version has made serves this one too, since each only adds to it: while both run side by
        // side, and when one goes back.
        migrator.set_ignore_missing(true);
        migrator.run_direct(None, &mut connection, false).await.map_err(|error| match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => classify(error),
            other => SchemaError::Refused(other.to_string()),
        })?;
        // Whatever goes wrong on saying goodbye, the migrations have been committed.
        let _ = connection.close().await;
        Ok(())
    }

    /// `create schema if not exists` would need the right to create even where there is nothing to do.
    async fn create_schema_unless_there(&self, connection: &mut PgConnection) -> sqlx::Result<()> {
        let there: bool = sqlx::query_scalar("select to_regnamespace($1) is not null")
            .bind(self.schema)
            .fetch_one(&mut *connection)
            .await?;
        if !there {
            let statement = format!("create schema if not exists {}", self.schema);
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(connection).await?;
        }
        Ok(())
    }
}

/// Whether a store's error will pass by itself. An unreachable, starting, stopping or overloaded server does;
/// a wrong password or a missing right does not.
fn classify(error: sqlx::Error) -> SchemaError {
    let passes = match &error {
        sqlx::Error::Database(database) => {
            // 08 connection, 40 rolled back, 53 resources, 57 operator intervention, 58 system, 55P03 lock.
            database.code().is_some_and(|code| {
                let class = code.get(..2).unwrap_or_default();
                ["08", "40", "53", "57", "58"].contains(&class) || code == "55P03"
            })
        }
        sqlx::Error::Configuration(_) | sqlx::Error::Tls(_) => false,
        _ => true,
    };
    if passes { SchemaError::Unreachable(error) } else { SchemaError::Refused(error.to_string()) }
}
