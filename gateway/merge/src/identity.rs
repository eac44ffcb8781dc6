//! What a listing says about which product it is.

use serde::{Deserialize, Serialize};

/// What a listing says about which product it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {}
