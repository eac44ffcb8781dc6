//! The three stores together.

use std::{io, thread};

use crate::{
    Error, error::Doing, home::Home, install, ports::Ports, postgres::Postgres, rabbitmq::RabbitMq,
    redis::Redis, sandbox::TEMPLATE, secrets::Secrets,
};

/// The database that the services share when they are run by hand.
const DATABASE: &str = "videocards";
/// How often other ports are tried when somebody took one between the look and the start.
const TRIES: u32 = 3;

/// The stores, running. Dropping it kills them; [`Stores::stop`] ends them in an orderly way.
#[derive(Debug)]
pub struct Stores {
    /// Postgres.
    pub postgres: Postgres,
    /// Redis.
    pub redis: Redis,
    /// RabbitMQ.
    pub rabbitmq: RabbitMq,
    secrets: Secrets,
    // Dropped last: until then nobody else may start stores in it.
    _home: Home,
}

/// Where the services find their stores, passwords included.
#[derive(Clone, Debug)]
pub struct ServiceAddresses {
    /// `DATABASE_URL` of the collector.
    pub collector_database: String,
    /// `DATABASE_URL` of the gateway.
    pub gateway_database: String,
    /// `AMQP_URL`.
    pub amqp: String,
    /// `REDIS_URL`.
    pub redis: String,
}

/// Where tests find stores on which each makes its own [`crate::sandbox::Sandbox`], passwords included.
#[derive(Clone, Debug)]
pub struct TestAddresses {
    /// The superuser's address of Postgres. The services' roles have the same password.
    pub postgres: String,
    /// RabbitMQ.
    pub amqp: String,
    /// RabbitMQ's management interface.
    pub amqp_api: String,
    /// Redis.
    pub redis: String,
}

impl Stores {
    /// Stores for people: on fixed ports, with data that lasts, in a folder which this process now holds.
    /// Installs what is missing.
    ///
    /// # Errors
    /// A port is taken, something can't be installed, or a store did not start.
    pub fn lasting(home: Home, port_offset: u16) -> Result<Self, Error> {
        install::ensure()?;
        let ports = Ports::fixed(port_offset);
        ports.check()?;
        let kept = home.path().join("secrets");
        let secrets = Secrets::kept_in(&kept, Secrets::random).doing(|| "reading the stores' passwords")?;
        let (postgres, redis, rabbitmq) = start_all(&home, ports, &secrets, true)?;
        postgres.prepare(DATABASE, &secrets)?;
        Ok(Self { postgres, redis, rabbitmq, secrets, _home: home })
    }

    /// Stores for tests: empty, on free ports, forgotten when they end. Installs what is missing.
    ///
    /// # Errors
    /// Something can't be installed, or a store did not start.
    pub fn for_tests() -> Result<Self, Error> {
        install::ensure()?;
        let mut tries = 1;
        loop {
            let home = Home::temporary()?;
            let secrets = Secrets::one_for_all().doing(|| "making a password")?;
            let ports = Ports::free().doing(|| "looking for free ports")?;
            match start_all(&home, ports, &secrets, false) {
                Ok((postgres, redis, rabbitmq)) => {
                    postgres.prepare(TEMPLATE, &secrets)?;
                    return Ok(Self { postgres, redis, rabbitmq, secrets, _home: home });
                }
                Err(Error::Ended { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends all three in an orderly way, at the same time.
    pub fn stop(mut self) {
        let Self { postgres, redis, rabbitmq, .. } = &mut self;
        thread::scope(|scope| {
            scope.spawn(|| postgres.stop());
            scope.spawn(|| redis.stop());
            scope.spawn(|| rabbitmq.stop());
        });
    }

    /// Where services find them.
    pub fn service_addresses(&self) -> ServiceAddresses {
        let database = |role, password| String::from(self.postgres.url_of(role, password, DATABASE));
        ServiceAddresses {
            collector_database: database("collector", &self.secrets.collector),
            gateway_database: database("gateway", &self.secrets.gateway),
            amqp: self.rabbitmq.url(),
            redis: self.redis.url(0),
        }
    }

    /// Where tests find them.
    pub fn test_addresses(&self) -> TestAddresses {
        TestAddresses {
            postgres: self.postgres.url("postgres").into(),
            amqp: self.rabbitmq.url(),
            amqp_api: self.rabbitmq.api_url(),
            redis: self.redis.url(0),
        }
    }
}

impl TestAddresses {
    /// The environment variables that tell tests.
    pub fn variables(&self) -> [(&'static str, &str); 4] {
        [
            ("TEST_POSTGRES_URL", &self.postgres),
            ("TEST_AMQP_URL", &self.amqp),
            ("TEST_AMQP_API_URL", &self.amqp_api),
            ("TEST_REDIS_URL", &self.redis),
        ]
    }

    /// What the environment says, if it says all of it.
    pub fn from_environment() -> Option<Self> {
        let value = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Some(Self {
            postgres: value("TEST_POSTGRES_URL")?,
            amqp: value("TEST_AMQP_URL")?,
            amqp_api: value("TEST_AMQP_API_URL")?,
            redis: value("TEST_REDIS_URL")?,
        })
    }
}

/// Starts the three at the same time; the slowest takes some four seconds.
fn start_all(
    home: &Home,
    ports: Ports,
    secrets: &Secrets,
    durable: bool,
) -> Result<(Postgres, Redis, RabbitMq), Error> {
    thread::scope(|scope| {
        let postgres = scope.spawn(|| Postgres::create(home, ports.postgres, &secrets.postgres, durable));
        let redis = scope.spawn(|| Redis::create(home, ports.redis, &secrets.redis));
        let rabbitmq = scope.spawn(|| RabbitMq::create(home, ports, &secrets.rabbitmq));
        Ok((joined(postgres)?, joined(redis)?, joined(rabbitmq)?))
    })
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T, Error>>) -> Result<T, Error> {
    thread
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("a thread panicked")).doing(|| "starting the stores"))
}
