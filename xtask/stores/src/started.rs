//! The stores together: for tests, or for people.

use std::{io, thread};

use crate::{
    Error,
    error::Doing,
    home::Home,
    install::{self, Store},
    ports::Ports,
    postgres::Postgres,
    rabbitmq::RabbitMq,
    redis::Redis,
    sandbox::TEMPLATE,
    secrets::Secrets,
};

/// The database that the services share when they are run by hand.
const DATABASE: &str = "videocards";
/// How often other ports are tried when somebody took one between the look and the start.
const TRIES: u32 = 3;

/// Stores for tests: empty, on free ports, forgotten when they end. Dropped, they are killed.
#[derive(Debug)]
pub struct Stores {
    /// Postgres.
    pub postgres: Postgres,
    /// Redis.
    pub redis: Redis,
    /// RabbitMQ.
    pub rabbitmq: RabbitMq,
    // Dropped last: until then nobody else may start stores in it.
    _home: Home,
}

/// Where tests find stores on which each makes its own [`crate::sandbox::Sandbox`], passwords included.
#[derive(Clone, Debug)]
pub struct TestAddresses {
    /// The superuser's address of Postgres. The services' roles have the same password.
    pub postgres: String,
    /// RabbitMQ's, of the user who may do everything. The services' users have the same password.
    pub amqp: String,
    /// RabbitMQ's management interface.
    pub amqp_api: String,
    /// Redis.
    pub redis: String,
}

impl Stores {
    /// Installs what is missing, and starts all three. It takes some five seconds.
    ///
    /// # Errors
    /// Something can't be installed, or a store did not start.
    pub fn for_tests() -> Result<Self, Error> {
        install::ensure(&Store::ALL)?;
        let mut tries = 1;
        loop {
            match Self::try_for_tests() {
                Err(Error::Ended { .. }) if tries < TRIES => tries += 1,
                result => return result,
            }
        }
    }

    fn try_for_tests() -> Result<Self, Error> {
        let home = Home::temporary()?;
        let secrets = Secrets::one_for_all().doing(|| "making a password")?;
        let ports = Ports::free().doing(|| "looking for free ports")?;
        let (postgres, redis, rabbitmq) = thread::scope(|scope| {
            let postgres = scope.spawn(|| {
                let postgres = Postgres::create(&home, ports.postgres, &secrets.postgres, false)?;
                postgres.prepare(TEMPLATE, &secrets)?;
                Ok(postgres)
            });
            let redis = scope.spawn(|| Redis::create(&home, ports.redis, &secrets.redis));
            let rabbitmq = scope.spawn(|| RabbitMq::create(&home, ports, &secrets));
            Ok::<_, Error>((joined(postgres)?, joined(redis)?, joined(rabbitmq)?))
        })?;
        Ok(Self { postgres, redis, rabbitmq, _home: home })
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

/// Those stores that a person has not brought: on fixed ports, with data that lasts. Dropped, they are killed.
#[derive(Debug)]
pub struct LastingStores {
    postgres: Option<Postgres>,
    redis: Option<Redis>,
    rabbitmq: Option<RabbitMq>,
    secrets: Secrets,
    // Dropped last: until then nobody else may start stores in it.
    _home: Home,
}

impl LastingStores {
    /// Installs what is missing, and starts the wanted stores in a folder which this process now holds.
    ///
    /// # Errors
    /// A port is taken, something can't be installed, or a store did not start.
    pub fn start(home: Home, port_offset: u16, wanted: &[Store]) -> Result<Self, Error> {
        install::ensure(wanted)?;
        let ports = Ports::fixed(port_offset);
        ports.check(wanted)?;
        let kept = home.path().join("secrets");
        let secrets = Secrets::kept_in(&kept, Secrets::random).doing(|| "reading the stores' passwords")?;
        let (postgres, redis, rabbitmq) = thread::scope(|scope| {
            let is_wanted = |store| wanted.contains(&store);
            let postgres = is_wanted(Store::Postgres).then(|| {
                scope.spawn(|| {
                    let postgres = Postgres::create(&home, ports.postgres, &secrets.postgres, true)?;
                    postgres.prepare(DATABASE, &secrets)?;
                    Ok(postgres)
                })
            });
            let redis = is_wanted(Store::Redis)
                .then(|| scope.spawn(|| Redis::create(&home, ports.redis, &secrets.redis)));
            let rabbitmq =
                is_wanted(Store::RabbitMq).then(|| scope.spawn(|| RabbitMq::create(&home, ports, &secrets)));
            Ok::<_, Error>((
                postgres.map(joined).transpose()?,
                redis.map(joined).transpose()?,
                rabbitmq.map(joined).transpose()?,
            ))
        })?;
        Ok(Self { postgres, redis, rabbitmq, secrets, _home: home })
    }

    /// Ends all in an orderly way, at the same time.
    pub fn stop(mut self) {
        let Self { postgres, redis, rabbitmq, .. } = &mut self;
        thread::scope(|scope| {
            scope.spawn(|| postgres.as_mut().map(Postgres::stop));
            scope.spawn(|| redis.as_mut().map(Redis::stop));
            scope.spawn(|| rabbitmq.as_mut().map(RabbitMq::stop));
        });
    }

    /// The stores that should run and don't.
    pub fn ended(&mut self) -> Vec<&'static str> {
        let mut ended = Vec::new();
        if self.postgres.as_mut().is_some_and(|store| store.pid().is_none()) {
            ended.push("Postgres");
        }
        if self.redis.as_mut().is_some_and(|store| store.pid().is_none()) {
            ended.push("Redis");
        }
        if self.rabbitmq.as_mut().is_some_and(|store| store.pid().is_none()) {
            ended.push("RabbitMQ");
        }
        ended
    }

    /// The collector's address of the database, with its password.
    pub fn collector_database(&self) -> Option<String> {
        self.database_of("collector", &self.secrets.collector)
    }

    /// The gateway's address of the database, with its password.
    pub fn gateway_database(&self) -> Option<String> {
        self.database_of("gateway", &self.secrets.gateway)
    }

    /// The superuser's address of the database, with its password.
    pub fn admin_database(&self) -> Option<String> {
        self.database_of("postgres", &self.secrets.postgres)
    }

    /// The collector's address of RabbitMQ, with its password.
    pub fn collector_amqp(&self) -> Option<String> {
        self.amqp_of("collector", &self.secrets.collector)
    }

    /// The gateway's address of RabbitMQ, with its password.
    pub fn gateway_amqp(&self) -> Option<String> {
        self.amqp_of("gateway", &self.secrets.gateway)
    }

    /// The address of RabbitMQ's management page, with its password.
    pub fn amqp_page(&self) -> Option<String> {
        self.rabbitmq.as_ref().map(RabbitMq::api_url)
    }

    /// Redis' address, with its password.
    pub fn redis(&self) -> Option<String> {
        self.redis.as_ref().map(|redis| redis.url(0))
    }

    fn amqp_of(&self, user: &str, password: &str) -> Option<String> {
        self.rabbitmq.as_ref().map(|rabbitmq| rabbitmq.url_of(user, password))
    }

    fn database_of(&self, role: &str, password: &str) -> Option<String> {
        self.postgres.as_ref().map(|postgres| postgres.url_of(role, password, DATABASE).into())
    }
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T, Error>>) -> Result<T, Error> {
    thread
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("a thread panicked")).doing(|| "starting the stores"))
}
