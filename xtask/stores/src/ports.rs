//! Which ports the stores listen on: fixed ones for people, free ones for tests.
//!
//! All are below 32768: from there on the kernel hands ports out to whoever connects somewhere, so that a port
//! that was free a moment ago can be gone.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU16, Ordering},
};

use crate::{Error, install::Store, secrets::random_secret};

/// The first port that is tried for a test.
const FIRST_FREE: u16 = 20_000;
/// How many ports there are to try, up to 32 000.
const FREE_RANGE: u16 = 12_000;

/// One port for each thing that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// Postgres.
    pub postgres: u16,
    /// Redis.
    pub redis: u16,
    /// RabbitMQ for its clients.
    pub amqp: u16,
    /// RabbitMQ's management page and HTTP interface.
    pub amqp_api: u16,
    /// RabbitMQ for other nodes; there are none, but it insists.
    pub amqp_nodes: u16,
    /// Erlang's port mapper, which RabbitMQ asks where its nodes are.
    pub epmd: u16,
}

impl Ports {
    /// The ports of `cargo xtask up`: apart from the stores' usual ones, so that a machine that already runs
    /// them loses nothing.
    pub fn fixed(offset: u16) -> Self {
        Self {
            postgres: 17_432 + offset,
            redis: 17_379 + offset,
            amqp: 17_672 + offset,
            amqp_api: 17_673 + offset,
            amqp_nodes: 17_674 + offset,
            epmd: 17_675 + offset,
        }
    }

    /// Ports that are free now. Another process can still take one first: whoever starts a store there must be
    /// ready to try again.
    ///
    /// # Errors
    /// No port is free, or there is no randomness.
    pub fn free() -> io::Result<Self> {
        Ok(Self {
            postgres: free_port()?,
            redis: free_port()?,
            amqp: free_port()?,
            amqp_api: free_port()?,
            amqp_nodes: free_port()?,
            epmd: free_port()?,
        })
    }

    /// Says which port of these stores is taken, if one is.
    ///
    /// # Errors
    /// [`Error::PortTaken`].
    pub fn check(&self, stores: &[Store]) -> Result<(), Error> {
        let all = [
            (Store::Postgres, "Postgres", self.postgres),
            (Store::Redis, "Redis", self.redis),
            (Store::RabbitMq, "RabbitMQ", self.amqp),
            (Store::RabbitMq, "RabbitMQ's management page", self.amqp_api),
            (Store::RabbitMq, "RabbitMQ's node", self.amqp_nodes),
            (Store::RabbitMq, "Erlang's port mapper", self.epmd),
        ];
        match all.into_iter().find(|&(store, _, port)| stores.contains(&store) && !is_free(port)) {
            Some((_, store, port)) => Err(Error::PortTaken { store, port }),
            None => Ok(()),
        }
    }
}

/// Whether nobody listens on this port of 127.0.0.1.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A port that nobody listens on, and that this process was not given before. Each process begins at a random
/// place, so that two rarely meet.
///
/// # Errors
/// No port is free, or there is no randomness.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    if NEXT.load(Ordering::Relaxed) == 0 {
        let start = u16::from_str_radix(&random_secret()?[..4], 16).unwrap_or(1).max(1);
        let _ = NEXT.compare_exchange(0, start, Ordering::Relaxed, Ordering::Relaxed);
    }
    (0..FREE_RANGE)
        .map(|_| FIRST_FREE + NEXT.fetch_add(1, Ordering::Relaxed) % FREE_RANGE)
        .find(|&port| is_free(port))
        .ok_or_else(|| io::Error::new(io::ErrorKind::AddrInUse, "no port between 20000 and 32000 is free"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ_and_a_taken_one_is_named() {
        let ports = Ports::free().unwrap();
        ports.check(&Store::ALL).unwrap();
        let all = [ports.postgres, ports.redis, ports.amqp, ports.amqp_api, ports.amqp_nodes, ports.epmd];
        for (index, port) in all.iter().enumerate() {
            assert!((20_000..32_000).contains(port), "{port}");
            assert!(!all[..index].contains(port), "{all:?}");
        }

        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.redis)).unwrap();
        let error = ports.check(&Store::ALL).unwrap_err().to_string();
        assert_eq!(error, format!("port {} is taken, and Redis was to listen there", ports.redis));
        ports.check(&[Store::Postgres, Store::RabbitMq]).unwrap();
    }

    #[test]
    fn two_offsets_a_hundred_apart_share_no_port_up_to_the_highest() {
        let highest = Ports::fixed(15_000);
        assert!(highest.epmd < 32_768);
        assert_eq!(Ports::fixed(100).postgres - Ports::fixed(0).postgres, 100);
    }
}
