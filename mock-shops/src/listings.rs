//! The listings of a shop: thirty-two bytes each, made up from the seed. What they say is worked out when a
//! page is asked for (`titles`, `netvideo`, `countrylink`). Pure.

use crate::{
    dice::{Dice, Purpose},
    mess::{Mess, Messes},
    products::{Kind, Products},
    shop::Shop,
};

/// The time of the shops' last change before they were opened: 2025-11-20T10:12:00Z, in seconds since 1970. It
/// is fixed, so that the same seed gives the same answers.
const OPENED_AT: u32 = 1_763_633_520;
/// Before that, each listing changed at some time within so many seconds: 30 days.
const CHANGED_WITHIN: u32 = 30 * 24 * 3_600;
/// Products in both shops, per ten thousand; the others are in one of them, as many in each.
const IN_BOTH: u32 = 8_000;
/// Products with a second listing in a shop, per ten thousand.
const SECOND_LISTING: u32 = 150;

/// Whether a listing's product can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Availability {
    /// It is there.
    InStock,
    /// It can be ordered before it comes out.
    Preorder,
    /// It is ordered for the buyer.
    OnOrder,
    /// It is not there.
    OutOfStock,
    /// It will never be there again.
    Discontinued,
    /// The shop uses a word that nobody knows.
    Unknown,
}

impl Availability {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::InStock, Self::Preorder, Self::OnOrder, Self::OutOfStock, Self::Discontinued, Self::Unknown];

    /// The word of the truth, which is CountryLink's own too, `unknown` aside.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::Preorder => "preorder",
            Self::OnOrder => "on_order",
            Self::OutOfStock => "out_of_stock",
            Self::Discontinued => "discontinued",
            Self::Unknown => "unknown",
        }
    }

    /// The one of that word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|availability| availability.word() == word)
    }
}

/// A currency's three letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Currency([u8; 3]);

impl Currency {
    /// The currency in which both shops ask for money, a few listings aside.
    pub(crate) const USD: Self = Self(*b"USD");
    const EUR: Self = Self(*b"EUR");

    /// A currency by its three capital letters.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// Its three letters.
    pub(crate) fn code(&self) -> &str {
        // Only ASCII letters ever get in.
        std::str::from_utf8(&self.0).unwrap_or("USD")
    }

    /// How many digits its minor unit has.
    pub(crate) fn digits(self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"ISK" | b"CLP" | b"VND" => 0,
            b"KWD" | b"BHD" | b"TND" | b"JOD" | b"OMR" => 3,
            _ => 2,
        }
    }
}

/// What one shop says of one product, as small as can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing {
    /// The price in the currency's minor unit.
    pub(crate) price_minor: i64,
    pub(crate) messes: Messes,
    /// The number of its product.
    pub(crate) product: u32,
    /// Seconds since 1970, as the shop says it.
    pub(crate) changed_at: u32,
    /// Pieces in NetVideo's stock; CountryLink tells none.
    pub(crate) stock: u32,
    pub(crate) currency: Currency,
    pub(crate) availability: Availability,
}

impl Listing {
    /// Why no price of this listing can be offered to anybody; nothing if it can.
    pub(crate) fn why_not_servable(&self) -> Option<&'static str> {
        if self.messes.has(Mess::Malformed) {
            Some("malformed")
        } else if self.price_minor <= 0 {
            Some("price")
        } else if self.currency != Currency::USD {
            Some("currency")
        } else {
            None
        }
    }
}

/// The listings of one shop, in the order of their products.
pub(crate) fn generate(products: &Products, shop: Shop) -> Vec<Listing> {
    let mut listings = Vec::with_capacity(products.len() as usize);
    for product in 0..products.len() {
        let mut dice = Dice::new(products.seed(), Purpose::Shelf, u64::from(product));
        let (everywhere, only_in) = (dice.hits(IN_BOTH), *dice.pick(&Shop::ALL));
        let usual_price_minor = products.facts(product).usual_price_minor();
        // A bundle is one shop's own idea.
        let bundle = products.facts(product).kind == Kind::Bundle;
        if only_in != shop && (!everywhere || bundle) {
            continue;
        }
        let mut own = Dice::new(products.seed(), Purpose::Seconds(shop.number()), u64::from(product));
        let count = 1 + u32::from(own.hits(SECOND_LISTING) && !bundle);
        for copy in 0..count {
            let number = u32::try_from(listings.len()).unwrap_or(u32::MAX);
            let mut listing = listing(products, shop, number, product, usual_price_minor);
            if copy > 0 {
                listing.messes.add(Mess::SecondListing);
            }
            listings.push(listing);
        }
    }
    listings
}

fn listing(products: &Products, shop: Shop, number: u32, product: u32, usual_minor: i64) -> Listing {
    let messes = Messes::draw(products.seed(), shop, number, &products.facts(product));
    let mut dice = Dice::new(products.seed(), Purpose::Words(shop.number()), u64::from(number) * 16 + 15);
    let price_minor = psychological(usual_minor * i64::from(940 + dice.below(120)) / 1_000);
    let stock = if dice.hits(7_500) { 1 + dice.below(40) } else { 0 };
    let availability = match shop {
        Shop::NetVideo => stock_availability(stock),
        Shop::CountryLink if messes.has(Mess::AvailabilityOtherWord) => Availability::Unknown,
        Shop::CountryLink => match dice.below(100) {
            0..68 => Availability::InStock,
            68..73 => Availability::Preorder,
            73..83 => Availability::OnOrder,
            83..96 => Availability::OutOfStock,
            _ => Availability::Discontinued,
        },
    };
    Listing {
        price_minor: if messes.has(Mess::PriceZero) { 0 } else { price_minor },
        messes,
        product,
        changed_at: OPENED_AT - dice.below(CHANGED_WITHIN),
        stock,
        currency: if messes.has(Mess::CurrencyUnknown) { Currency::EUR } else { Currency::USD },
        availability,
    }
}

/// What NetVideo's stock means.
pub(crate) fn stock_availability(stock: u32) -> Availability {
    if stock > 0 { Availability::InStock } else { Availability::OutOfStock }
}

/// The nearest price that shops like: a whole sum less a cent, or sometimes just a round one.
pub(crate) fn psychological(price_minor: i64) -> i64 {
    let whole = (price_minor.max(100) + 50) / 100 * 100;
    if whole % 1_000 == 0 { whole } else { whole - 1 }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{catalogue::Catalogue, mess, titles::Wording};

    fn products(seed: u64) -> Products {
        Products::generate(Catalogue::embedded().unwrap(), seed, 600)
    }

    #[test]
    fn every_kind_of_mess_is_in_the_default_shops() {
        let products = products(1);
        let found: HashSet<&str> = Shop::ALL
            .into_iter()
            .flat_map(|shop| generate(&products, shop))
            .flat_map(|listing| listing.messes.names().collect::<Vec<_>>())
            .collect();
        let missing: Vec<_> = mess::all_names().filter(|name| !found.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn four_of_five_products_are_in_both_shops_and_none_is_in_neither() {
        for seed in 1..4 {
            let products = products(seed);
            let [netvideo, countrylink] = Shop::ALL.map(|shop| {
                generate(&products, shop).iter().map(|listing| listing.product).collect::<HashSet<_>>()
            });
            let both = netvideo.intersection(&countrylink).count();
            assert!((430..=520).contains(&both), "{both} of 600");
            assert_eq!(netvideo.union(&countrylink).count(), 600);
        }
    }

    #[test]
    fn a_listing_takes_thirty_two_bytes() {
        assert!(size_of::<Listing>() <= 32, "{}", size_of::<Listing>());
    }

    #[test]
    fn a_listing_without_code_and_barcode_says_everything_in_its_title() {
        for seed in 1..20 {
            let products = products(seed);
            for shop in Shop::ALL {
                for (number, listing) in (0..).zip(generate(&products, shop)) {
                    let facts = products.facts(listing.product);
                    let wording =
                        Wording { products: &products, facts, shop, listing: number, messes: listing.messes };
                    if wording.part_number().is_some() || wording.barcode().is_some() {
                        continue;
                    }
                    let title = wording.title().to_lowercase();
                    let brand = facts
                        .partner
                        .other_name
                        .as_deref()
                        .filter(|name| title.contains(&name.to_lowercase()));
                    for word in [brand.unwrap_or(&facts.partner.brand), &facts.line.words] {
                        assert!(title.contains(&word.to_lowercase()), "{word} is not in {title}");
                    }
                    assert!(title.contains(&format!("{}", facts.chip.memory_mb / 1024)), "{title}");
                }
            }
        }
    }
}
