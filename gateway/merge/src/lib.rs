//! How listings become video cards.
//!
//! Everything here is a pure function of its arguments: no IO, no clock, no randomness, and no dependency
//! that could bring them in.

mod identity;

pub use identity::Identity;
