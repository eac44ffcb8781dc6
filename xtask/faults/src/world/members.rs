//! Who can die in a world, and how it comes back.

use std::{
    fmt,
    time::{Duration, Instant},
};

use super::{World, front::Change};
use crate::trouble::Trouble;

/// One process, or one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// Both shops: one process.
    Shops,
    /// A collector, by its number.
    Collector(usize),
    /// A gateway, by its number.
    Gateway(usize),
    Postgres,
    RabbitMq,
    Redis,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shops => f.write_str("mock-shops"),
            Self::Collector(number) => write!(f, "collector-{number}"),
            Self::Gateway(number) => write!(f, "gateway-{number}"),
            Self::Postgres => f.write_str("postgres"),
            Self::RabbitMq => f.write_str("rabbitmq"),
            Self::Redis => f.write_str("redis"),
        }
    }
}

/// How long a service may take until it is ready after a start, however slow the machine.
const READY_PATIENCE: Duration = Duration::from_mins(1);
/// How often a service is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(10);

impl World<'_> {
    /// Everything that can die.
    pub(crate) fn members(&self) -> Vec<Member> {
        let collectors = (0..self.collectors.len()).map(Member::Collector);
        let gateways = (0..self.gateways.len()).map(Member::Gateway);
        let others = [Member::Postgres, Member::RabbitMq, Member::Redis, Member::Shops];
        collectors.chain(gateways).chain(others).collect()
    }

    /// Ends it with -9.
    pub(crate) fn kill(&mut self, member: Member) {
        self.note_memory();
        match member {
            Member::Shops => {
                // A shop that comes back has its data; ours gets it from us before anybody may ask.
                self.front.set("all", Change::Shut);
                self.shops.kill();
            }
            Member::Collector(number) => self.collectors[number].kill(),
            Member::Gateway(number) => self.gateways[number].kill(),
            store => tokio::task::block_in_place(|| match store {
                Member::Postgres => self.stores.postgres.kill(),
                Member::RabbitMq => self.stores.rabbitmq.kill(),
                _ => self.stores.redis.kill(),
            }),
        }
    }

    /// Ends a store in an orderly way, or a service by SIGTERM.
    pub(crate) async fn stop(&mut self, member: Member) -> Result<(), Trouble> {
        self.note_memory();
        match member {
            Member::Shops => {
                self.front.set("all", Change::Shut);
                self.shops.terminate().await?;
            }
            Member::Collector(number) => drop(self.collectors[number].terminate().await?),
            Member::Gateway(number) => drop(self.gateways[number].terminate().await?),
            store => tokio::task::block_in_place(|| match store {
                Member::Postgres => self.stores.postgres.stop(),
                Member::RabbitMq => self.stores.rabbitmq.stop(),
                _ => self.stores.redis.stop(),
            }),
        }
        Ok(())
    }

    /// Starts it again, and waits until it is ready. For a service, says how long that took from its start.
    pub(crate) async fn start(&mut self, member: Member) -> Result<Option<Duration>, Trouble> {
        let began = Instant::now();
        match member {
            Member::Shops => {
                self.shops.restart().await?;
                self.market.replay().await?;
                self.front.set("all", Change::None);
                return Ok(None);
            }
            Member::Collector(number) => self.collectors[number].restart().await?,
            Member::Gateway(number) => self.gateways[number].restart().await?,
            store => {
                tokio::task::block_in_place(|| match store {
                    Member::Postgres => self.stores.postgres.start(),
                    Member::RabbitMq => self.stores.rabbitmq.start(),
                    _ => self.stores.redis.start(),
                })?;
                return Ok(None);
            }
        }
        self.wait_until_ready(member).await?;
        Ok(Some(began.elapsed()))
    }

    /// Waits until a service says that it is ready.
    pub(crate) async fn wait_until_ready(&self, member: Member) -> Result<(), Trouble> {
        let url = match member {
            Member::Collector(number) => self.collectors[number].url("/ready"),
            Member::Gateway(number) => self.gateways[number].url("/ready"),
            _ => return Ok(()),
        };
        let deadline = Instant::now() + READY_PATIENCE;
        loop {
            let answer = self.http.get(&url).send().await;
            let told = match answer {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                Ok(answer) => answer.text().await.unwrap_or_default(),
                Err(error) => error.to_string(),
            };
            if Instant::now() > deadline {
                return Err(Trouble::NeverSettled(format!("{member} did not get ready: {told}")));
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }
}
