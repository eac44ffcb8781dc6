//! What is true, what is served, and whether the one equals the other.
//!
//! Nothing in here makes a fault. The shops' truth comes from the mock shops' own controls, changes to it are made by
//! [`market`] alone, which only ever raises prices: so that a price that falls has gone backwards, and one between
//! the first and the last was true once.

pub(crate) mod balanced;
pub(crate) mod market;
pub(crate) mod picture;
pub(crate) mod probe;
pub(crate) mod tally;
pub(crate) mod watch;
