//! A hundred listings, each a card of its own, and a gateway that was told of them.

use events::{Availability, Listing, ProductEvent};

use super::{
    catalogue::InProcess,
    said::{changed, listing, output, technology},
};

const TECHNOLOGIES: [&str; 4] = ["dlss", "fsr", "ray-tracing", "vulkan"];

/// A hundred listings, each a card of its own, in all combinations that matter and with many equal sort keys.
fn hundred() -> Vec<Listing> {
    let chips = ["GeForce RTX 4070", "GeForce RTX 4060 Ti", "Radeon RX 7600", "Arc A770"];
    let brands = ["ASUS Dual", "Gigabyte EAGLE", "MSI VENTUS 2X", "Sapphire PULSE", "Palit"];
    let availabilities =
        [Availability::InStock, Availability::OutOfStock, Availability::Preorder, Availability::Unknown];
    (0..100_u32)
        .map(|number| {
            let pick = |of: u32, every: u32| (number / every % of) as usize;
            let memory_gb = [4, 8, 12, 16, 24][pick(5, 1)];
            let title = format!("{} {} {memory_gb}GB", brands[pick(5, 20)], chips[pick(4, 5)]);
            let mut listing = listing(&title, i64::from(20_000 + number / 4 * 1_000));
            listing.availability = availabilities[pick(4, 3)];
            listing.specs.memory_mb = Some(memory_gb * 1024);
            listing.specs.board_power_watts = (number % 7 != 0).then_some(100 + number % 9 * 25);
            listing.specs.released_on =
                (number % 3 != 0).then(|| format!("202{}-01-01", number % 5).parse().unwrap());
            let codes = TECHNOLOGIES.iter().enumerate().filter(|(bit, _)| number >> bit & 1 == 1);
            listing.technologies = Some(codes.map(|(_, code)| technology(code)).collect());
            listing.interfaces.outputs = Some(if number % 2 == 0 {
                vec![output("hdmi"), output("displayport")]
            } else {
                vec![output("dvi")]
            });
            listing
        })
        .collect()
}

pub(crate) async fn with_hundred() -> (InProcess, Vec<Listing>) {
    let gateway = InProcess::start("").await;
    let listings = hundred();
    let events: Vec<ProductEvent> = listings
        .iter()
        .enumerate()
        .map(|(number, listing)| changed(shop_of(number), &number.to_string(), 1, listing.clone()))
        .collect();
    // In batches, so that not all changed at once.
    for batch in events.chunks(30) {
        gateway.apply(batch).await;
    }
    // Some prices fell.
    let cheaper: Vec<ProductEvent> = listings
        .iter()
        .enumerate()
        .filter(|(number, _)| number % 10 == 0)
        .map(|(number, listing)| {
            let mut listing = listing.clone();
            listing.price.amount_minor -= 5_000;
            changed(shop_of(number), &number.to_string(), 2, listing)
        })
        .collect();
    gateway.apply(&cheaper).await;
    let mut listings = listings;
    for listing in listings.iter_mut().step_by(10) {
        listing.price.amount_minor -= 5_000;
    }
    (gateway, listings)
}

fn shop_of(number: usize) -> &'static str {
    if number.is_multiple_of(3) { "countrylink" } else { "netvideo" }
}

pub(crate) fn buyable(listing: &Listing) -> bool {
    matches!(listing.availability, Availability::InStock | Availability::Preorder | Availability::OnOrder)
}
