//! What could be reached at all on this machine: Postgres without a gateway, and a gateway without anything to do.

pub(crate) mod fixed;
pub(crate) mod statements;
