//! A private piece of the shared test stores for each test: a database, a virtual host and a logical Redis
//! database that no other test sees. Making one takes a fraction of a second.
//!
//! What a killed test leaves behind is never met again: every name is new, and a Redis database is emptied when
//! it is handed out. Only Redis' publish and subscribe are shared by all, and nobody needs them.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    time::{SystemTime, UNIX_EPOCH},
};

use url::Url;

use crate::{
    Error, Stores, TestAddresses, error::Doing, http, postgres::psql, rabbitmq::rights::Rights, redis,
    secrets::random_secret,
};

/// The database that a sandbox's database is copied from; it has the services' roles and schemas.
pub const TEMPLATE: &str = "sandbox_template";
/// The highest number of a logical Redis database that every client library can name.
const LAST_REDIS_DATABASE: u32 = 255;

/// What the names of sandboxes begin with; the second of their making and something random follow.
const PREFIX: &str = "sandbox_";
/// After so many seconds no test uses its virtual host any more.
const OLD_SECONDS: u64 = 600;

/// One test's stores. Dropped, its database goes at once; its virtual host, and what it had in Redis, with later sandboxes.
#[derive(Debug)]
pub struct Sandbox {
    /// No other one has it: letters, digits and `_`. The database and the virtual host bear it.
    name: String,
    postgres: Url,
    amqp: Url,
    amqp_api: Url,
    redis: Url,
}

impl Sandbox {
    /// A sandbox on the stores that `cargo xtask test` started.
    ///
    /// # Panics
    /// There are none, or one of them refused.
    pub async fn new() -> Self {
        let addresses = TestAddresses::from_environment().expect(
            "this test needs the test stores: run `cargo xtask test`, or keep stores running with \
             `cargo xtask stores` and set the variables that it prints",
        );
        Self::at(addresses).await
    }

    /// A sandbox on stores of the test's own, which it may kill and start: see [`Stores::for_tests`].
    ///
    /// # Panics
    /// A store refused.
    pub async fn on(stores: &Stores) -> Self {
        Self::at(stores.test_addresses()).await
    }

    async fn at(addresses: TestAddresses) -> Self {
        let made = tokio::task::spawn_blocking(move || Self::make(&addresses)).await;
        made.expect("making a sandbox does not panic").unwrap_or_else(|error| panic!("no sandbox: {error}"))
    }

    fn make(addresses: &TestAddresses) -> Result<Self, Error> {
        let secret = random_secret().doing(|| "making a name")?;
        let name = format!("{PREFIX}{}_{}", seconds(), &secret[..12]);
        let mut sandbox = Self {
            postgres: parse("TEST_POSTGRES_URL", &addresses.postgres)?,
            amqp: parse("TEST_AMQP_URL", &addresses.amqp)?,
            amqp_api: parse("TEST_AMQP_API_URL", &addresses.amqp_api)?,
            redis: parse("TEST_REDIS_URL", &addresses.redis)?,
            name,
        };
        sandbox.make_database()?;
        sandbox.forget_old_virtual_hosts();
        sandbox.make_virtual_host()?;
        sandbox.take_redis_database()?;
        Ok(sandbox)
    }

    /// The collector's address of the database.
    pub fn collector_database_url(&self) -> String {
        self.database_url_of("collector")
    }

    /// The gateway's address of the database.
    pub fn gateway_database_url(&self) -> String {
        self.database_url_of("gateway")
    }

    /// The superuser's address of the database.
    pub fn admin_database_url(&self) -> String {
        self.database_url_of(self.postgres.username())
    }

    /// The collector's address of the virtual host.
    pub fn collector_amqp_url(&self) -> String {
        self.amqp_url_of("collector")
    }

    /// The gateway's address of the virtual host.
    pub fn gateway_amqp_url(&self) -> String {
        self.amqp_url_of("gateway")
    }

    /// The address of the virtual host for the user who may do everything.
    pub fn amqp_url(&self) -> String {
        self.amqp_url_of(self.amqp.username())
    }

    /// The address of the logical Redis database.
    pub fn redis_url(&self) -> String {
        self.redis.to_string()
    }

    /// Asks RabbitMQ's management interface, e.g. `("GET", "queues/{vhost}/product_events")`; `{vhost}` stands
    /// for the virtual host's name.
    ///
    /// # Errors
    /// It is not there, or refused.
    pub async fn ask_rabbitmq(&self, method: &str, path: &str, body: &str) -> Result<String, Error> {
        let (api, method, body) = (self.amqp_api.clone(), method.to_owned(), body.to_owned());
        let path = path.replace("{vhost}", &self.name);
        let answer = tokio::task::spawn_blocking(move || ask_api(&api, &method, &path, &body)).await;
        answer.map_err(io::Error::other).doing(|| "asking RabbitMQ")?
    }

    /// Gives a user of RabbitMQ other rights in the virtual host than those that it comes with.
    ///
    /// # Errors
    /// RabbitMQ is not there, or refused.
    pub async fn grant(&self, user: &str, rights: Rights) -> Result<(), Error> {
        let path = permissions("{vhost}", user);
        self.ask_rabbitmq("PUT", &path, &rights.to_json().to_string()).await.map(drop)
    }

    /// Asks Redis one question in the sandbox's database, e.g. `dbsize`, and returns the first line of the
    /// answer as Redis writes it, e.g. `:0`.
    ///
    /// # Errors
    /// It is not there, or refused.
    pub async fn ask_redis(&self, question: &str) -> Result<String, Error> {
        let (url, question) = (self.redis.clone(), question.to_owned());
        let answer = tokio::task::spawn_blocking(move || {
            let database = url.path().trim_start_matches('/').parse().unwrap_or_default();
            ask_redis(&url, database, &question)
        });
        answer.await.map_err(io::Error::other).doing(|| "asking Redis")?
    }

    fn database_url_of(&self, role: &str) -> String {
        let mut url = self.postgres.clone();
        url.set_username(role).expect("an address with a host takes a user");
        with_path(&url, &self.name)
    }

    fn amqp_url_of(&self, user: &str) -> String {
        let mut url = self.amqp.clone();
        url.set_username(user).expect("an address with a host takes a user");
        with_path(&url, &self.name)
    }

    fn make_database(&self) -> Result<(), Error> {
        let name = &self.name;
        // The template's schemas come along; who may connect does not.
        let script = format!(
            "create database {name} template {TEMPLATE};\n\
             revoke all on database {name} from public;\n\
             grant connect on database {name} to collector, gateway;\n"
        );
        psql(&self.postgres, &script).map(drop)
    }

    fn make_virtual_host(&self) -> Result<(), Error> {
        ask_api(&self.amqp_api, "PUT", &format!("vhosts/{}", self.name), "")?;
        let users = [
            (self.amqp.username(), Rights::EVERYTHING),
            ("collector", Rights::COLLECTOR),
            ("gateway", Rights::GATEWAY),
        ];
        for (user, rights) in users {
            ask_api(&self.amqp_api, "PUT", &permissions(&self.name, user), &rights.to_json().to_string())?;
        }
        Ok(())
    }

    /// Removes the virtual hosts that tests of long ago left. RabbitMQ 3.10 can't have it sooner: a quorum queue with
    /// dead letters that is deleted while it still starts breaks all later ones of the server.
    fn forget_old_virtual_hosts(&self) {
        let Ok(all) = ask_api(&self.amqp_api, "GET", "vhosts?columns=name", "") else { return };
        let all: Vec<serde_json::Value> = serde_json::from_str(&all).unwrap_or_default();
        for name in all.iter().filter_map(|host| host["name"].as_str()).filter(|name| is_old(name, seconds()))
        {
            // Another test may have been quicker.
            let _ = ask_api(&self.amqp_api, "DELETE", &format!("vhosts/{name}"), "");
        }
    }

    fn take_redis_database(&mut self) -> Result<(), Error> {
        let answer = ask_redis(&self.redis, 0, "incr sandboxes")?;
        let count: u32 = answer.trim_start_matches(':').parse().unwrap_or_default();
        let database = count % LAST_REDIS_DATABASE + 1;
        ask_redis(&self.redis, database, "flushdb")?;
        self.redis.set_path(&database.to_string());
        Ok(())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Whether it works or not: a store may be gone by now, and a name is never used twice.
        // The virtual host stays for a while: see `forget_old_virtual_hosts`.
        let _ = psql(&self.postgres, &format!("drop database if exists {} with (force);\n", self.name));
    }
}

/// Since 1970.
fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Whether a virtual host is a sandbox's that was made long ago.
fn is_old(name: &str, now: u64) -> bool {
    let made = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()?.parse::<u64>().ok());
    made.is_some_and(|made| now.saturating_sub(made) > OLD_SECONDS)
}

/// Where the management interface has a user's rights in a virtual host.
fn permissions(virtual_host: &str, user: &str) -> String {
    format!("permissions/{virtual_host}/{user}")
}

fn parse(variable: &str, value: &str) -> Result<Url, Error> {
    Url::parse(value)
        .map_err(|error| Error::Refused { doing: format!("reading {variable}"), answer: error.to_string() })
}

fn with_path(url: &Url, path: &str) -> String {
    let mut url = url.clone();
    url.set_path(path);
    url.into()
}

fn address_of(url: &Url) -> Result<SocketAddr, Error> {
    let host = (url.host_str().unwrap_or("127.0.0.1"), url.port_or_known_default().unwrap_or_default());
    let mut addresses = host.to_socket_addrs().doing(|| format!("looking for {}", host.0))?;
    addresses.next().ok_or_else(|| Error::Refused {
        doing: format!("looking for {}", host.0),
        answer: "it has no address".to_owned(),
    })
}

fn ask_redis(url: &Url, database: u32, question: &str) -> Result<String, Error> {
    let password = url.password().unwrap_or_default();
    redis::ask(address_of(url)?, password, database, question).doing(|| format!("asking Redis to {question}"))
}

fn ask_api(api: &Url, method: &str, path: &str, body: &str) -> Result<String, Error> {
    let doing = || format!("asking RabbitMQ for {method} {path}");
    let login = Some((api.username(), api.password().unwrap_or_default()));
    let answer =
        http::request(address_of(api)?, method, &format!("/api/{path}"), login, body).doing(doing)?;
    if answer.is_success() {
        return Ok(answer.body);
    }
    Err(Error::Refused { doing: doing(), answer: format!("{} {}", answer.status, answer.body.trim()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sandboxes_of_long_ago_are_old() {
        let cases = [
            ("/", false),
            ("videocards", false),
            ("sandbox_1000_abc", true),
            ("sandbox_9500_abc", false),
            ("sandbox_99999_abc", false),
            ("sandbox_abc", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_old(name, 10_000), expected, "{name}");
        }
    }
}
