//! What each of the three processes is before it does its own work: it logs, it stops when told to, it
//! keeps its secrets to itself, it finds its schema in Postgres, and it explains a wrong setting in a sentence.
//!
//! Nothing here knows what a shop, a listing or a card is.

pub mod copy;
pub mod database;
pub mod health;
pub mod logs;
pub mod process;
pub mod settings;
pub mod shutdown;
pub mod traces;
