//! A number by which what a shop says of a product is known again. Pure.

use blake3::Hash;
use events::{Interfaces, Listing, Specs, SupportedTechnology};
use serde::Serialize;

/// A listing without what belongs to the offer alone.
#[derive(Serialize)]
struct Facts<'l> {
    title: &'l str,
    url: &'l str,
    brand: Option<&'l str>,
    gpu: Option<&'l str>,
    mpns: &'l [String],
    gtins: &'l [String],
    images: &'l [String],
    specs: &'l Specs,
    interfaces: &'l Interfaces,
    technologies: Option<&'l [SupportedTechnology]>,
}

/// Of what a listing says of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::apply) struct FactsDigest(Hash);

impl FactsDigest {
    pub(in crate::apply) fn of(listing: &Listing) -> Self {
        let facts = Facts {
            title: &listing.title,
            url: &listing.url,
            brand: listing.brand.as_deref(),
            gpu: listing.gpu.as_deref(),
            mpns: &listing.mpns,
            gtins: &listing.gtins,
            images: &listing.images,
            specs: &listing.specs,
            interfaces: &listing.interfaces,
            technologies: listing.technologies.as_deref(),
        };
        // What has no JSON form would be read anew each time; the contract's types all have one.
        Self(blake3::hash(&serde_json::to_vec(&facts).unwrap_or_default()))
    }

    /// As it is stored with a version of the listing: whoever writes another version without a digest of its own leaves
    /// one that doesn't fit.
    pub(in crate::apply) fn at(self, version: i64) -> i64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.0.as_bytes()).update(&version.to_le_bytes());
        let mut number = [0; 8];
        number.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        i64::from_le_bytes(number)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use events::{Availability, Price};

    use super::*;

    #[test]
    fn a_digest_is_another_where_the_shop_says_something_else_of_the_product_and_nowhere_else() {
        let listing = Listing {
            title: "A card".to_owned(),
            url: "https://shop.example/1".to_owned(),
            brand: None,
            gpu: None,
            mpns: Vec::new(),
            gtins: Vec::new(),
            price: Price { amount_minor: 100, currency: "USD".to_owned() },
            availability: Availability::InStock,
            stock: None,
            images: Vec::new(),
            specs: Specs::default(),
            interfaces: Interfaces::default(),
            technologies: None,
            shop_updated_at: DateTime::UNIX_EPOCH,
        };
        let with = |change: &dyn Fn(&mut Listing)| {
            let mut other = listing.clone();
            change(&mut other);
            FactsDigest::of(&other)
        };
        let digest = FactsDigest::of(&listing);
        let offers: [&dyn Fn(&mut Listing); 4] = [
            &|listing| listing.price.amount_minor = 90,
            &|listing| listing.availability = Availability::Preorder,
            &|listing| listing.stock = Some(3),
            &|listing| listing.shop_updated_at = DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(1),
        ];
        for (number, change) in offers.into_iter().enumerate() {
            assert_eq!(with(change), digest, "offer {number}");
        }
        let facts: [&dyn Fn(&mut Listing); 10] = [
            &|listing| listing.title.push('!'),
            &|listing| listing.url.push('2'),
            &|listing| listing.brand = Some(String::new()),
            &|listing| listing.gpu = Some(String::new()),
            &|listing| listing.mpns.push("A".to_owned()),
            &|listing| listing.gtins.push("A".to_owned()),
            &|listing| listing.images.push("A".to_owned()),
            &|listing| listing.specs.memory_mb = Some(8192),
            &|listing| listing.interfaces.outputs = Some(Vec::new()),
            &|listing| listing.technologies = Some(Vec::new()),
        ];
        for (number, change) in facts.into_iter().enumerate() {
            assert_ne!(with(change), digest, "fact {number}");
        }
        assert_eq!(digest.at(3), digest.at(3));
        assert_ne!(digest.at(3), digest.at(4));
    }
}
