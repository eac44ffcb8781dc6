//! Postgres as the services of one sandbox find it: there, or away for them alone.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use stores::sandbox::Sandbox;

/// A sandbox's database.
pub(crate) struct Database {
    /// A connection to another one.
    server: PgConnection,
    name: String,
}

impl Database {
    pub(crate) async fn of(sandbox: &Sandbox) -> Self {
        let url = sandbox.admin_database_url();
        let (server, name) = url.rsplit_once('/').unwrap();
        let server = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
        Self { server, name: name.to_owned() }
    }

    /// Nobody gets in, and whoever is in it is thrown out, until it is [back](Self::back).
    pub(crate) async fn away(&mut self) {
        self.allow(false).await;
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        sqlx::query(end).bind(&self.name).execute(&mut self.server).await.unwrap();
    }

    pub(crate) async fn back(&mut self) {
        self.allow(true).await;
    }

    async fn allow(&mut self, allowed: bool) {
        let allow = format!("alter database {} with allow_connections {allowed}", self.name);
        sqlx::query(AssertSqlSafe(allow)).execute(&mut self.server).await.unwrap();
    }
}
