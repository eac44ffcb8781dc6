//! The gateway: takes what the collector tells, merges listings into video cards, and serves these over
//! GraphQL. In flow order: [`consume`] → [`apply`] → [`catalogue`] → [`changes`] → [`answers`] → [`graphql`] → [`http`].

pub mod answers;
pub mod apply;
pub mod card;
pub mod catalogue;
pub mod changes;
pub mod consume;
pub mod dead;
pub mod graphql;
pub mod history;
pub mod http;
mod indexing;
mod luck;
pub mod matches;
mod measures;
pub mod offer;
mod pulse;
pub mod rates;
pub mod reconcile;
pub mod refusals;
pub mod run;
pub mod settings;
