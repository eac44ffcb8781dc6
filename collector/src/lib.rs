//! x
pub mod changes;
pub mod listing;
pub mod reading;
pub mod settings;
pub mod shops;
