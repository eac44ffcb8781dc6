//! Rules of offers that SQL and GraphQL both need.

use events::Availability;

/// The word by which the database knows an availability.
pub fn availability_word(availability: Availability) -> &'static str {
    match availability {
        Availability::InStock => "in_stock",
        Availability::Preorder => "preorder",
        Availability::OnOrder => "on_order",
        Availability::OutOfStock => "out_of_stock",
        Availability::Discontinued => "discontinued",
        Availability::Unknown => "unknown",
    }
}

/// Offers of these availabilities can be bought now: the shop takes the order, even where it delivers later.
/// The best offer is the cheapest of them.
pub const BUYABLE: [&str; 3] = ["in_stock", "preorder", "on_order"];
