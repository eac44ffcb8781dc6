//! The collector: crawls shops on a schedule, keeps what it saw, and tells what has changed.
//!
//! What happens to a shop's bytes, in the order of the modules: [`schedule`] decides when, [`crawl`] walks the
//! pages, [`shops`] asks for them and understands them, with [`reading`] and [`listing`], [`changes`] decides what
//! is news, [`store`] writes that together with the events that tell of it, and [`publish`] sends those to
//! RabbitMQ. What a consumer lacks is sent again by [`resend`]. Beside that stand [`http`] and
//! [`commands`] for whoever runs it, and [`run`], which starts and stops it all.
//!
//! - Only complete crawls say anything about what is not in a shop.
//! - What a page leads to is decided by pure functions and stored in one transaction, events included.
//! - A listing's version only grows, whatever dies in between.
//! - Nothing here compares shops: one shop's listings never touch another's.

pub mod changes;
pub mod commands;
pub mod crawl;
pub mod health;
pub mod http;
pub mod listing;
pub mod measures;
pub mod publish;
pub mod reading;
pub mod reject;
pub mod replay;
pub mod resend;
pub mod run;
pub mod schedule;
pub mod settings;
pub mod shops;
pub mod store;
