//! Real Postgres, Redis and RabbitMQ as child processes: private to whoever starts them, with their data in a
//! folder of the project's, on 127.0.0.1 alone.
//!
//! There is no Docker in this on purpose: it works wherever the stores' packages are installed, as root and as
//! a normal user. Whatever is started here ends with the process that started it, even if that is killed: see
//! [`child`]. What a killed process left behind all the same never blocks the next start: see [`home`].
//!
//! All of it blocks the calling thread, but for [`sandbox`] and [`process`], which are for asynchronous tests.
//! Nothing here may touch a store that it did not start.

pub mod child;
mod ending;
mod error;
mod foreign;
pub mod home;
pub mod http;
pub mod install;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod progress;
pub mod rabbitmq;
pub mod redis;
pub mod sandbox;
pub mod secrets;
mod started;
mod wait;

pub use error::Error;
pub use foreign::Foreign;
pub use started::{LastingStores, Stores, TestAddresses};
