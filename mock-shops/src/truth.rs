//! What is true: which listings are one product, and what each shop asks for it now. Tests hold whatever was
//! made of the shops' answers against it.

use std::ops::Range;

use crate::{
    json::Writer,
    ledger::Ledger,
    mess::Mess,
    products::{Facts, Kind},
    shop::Shop,
    world::World,
};

/// Writes products with commas between them; what is said of them is all true at the same moment.
pub(crate) fn write_products(out: &mut String, world: &World, range: Range<u32>) {
    let ledgers = Shop::ALL.map(|shop| world.ledger(shop));
    for (place, number) in range.enumerate() {
        if place > 0 {
            out.push(',');
        }
        write_product(&mut Writer::object(out), world, ledgers.each_ref().map(|ledger| &**ledger), number);
    }
}

fn write_product(out: &mut Writer<'_>, world: &World, ledgers: [&Ledger; 2], number: u32) {
    let facts = world.products.facts(number);
    out.raw("id", number + 1);
    out.text("kind", if facts.kind == Kind::Card { "card" } else { "bundle" });
    out.text("name", &facts.name());
    out.text("brand", &facts.partner.brand);
    out.text("gpu", &facts.chip.name);
    out.raw("memory_mb", facts.chip.memory_mb);
    out.texts("mpns", [facts.marketing_code(), facts.factory_code()].into_iter().flatten());
    out.texts("gtins", facts.ean());
    out.texts("technologies", technologies(&facts, ledgers[usize::from(Shop::CountryLink.number())], number));
    out.list("listings", |listings| {
        for ledger in ledgers {
            for listing in ledger.of_product(number) {
                listings.element(|out| write_listing(out, world, ledger, listing));
            }
        }
    });
}

/// The codes of the technologies that a readable CountryLink listing of the product names: nothing is known
/// from one that is malformed or has no possible price.
fn technologies<'a>(facts: &Facts<'a>, countrylink: &Ledger, product: u32) -> Vec<&'a str> {
    let says = |number: u32| {
        let listing = countrylink.listing(number);
        !listing.messes.has(Mess::TechnologiesAbsent)
            && !matches!(listing.why_not_servable(), Some("malformed" | "price"))
    };
    let said = countrylink.of_product(product).any(says);
    let all = facts.chip.technologies.iter().map(|technology| technology.code.as_str());
    all.filter(|_| said).collect()
}

/// Writes what is true of a listing.
pub(crate) fn write_listing(out: &mut Writer<'_>, world: &World, ledger: &Ledger, number: u32) {
    let listing = ledger.listing(number);
    let wording = ledger.wording(&world.products, number);
    out.text("shop", ledger.shop().slug());
    out.text("id", &ledger.id(number));
    out.text("title", &ledger.title(number, &wording));
    out.raw("price_minor", listing.price_minor);
    out.text("currency", listing.currency.code());
    out.text("availability", listing.availability.word());
    match ledger.shop() {
        Shop::NetVideo => out.raw("stock", listing.stock),
        Shop::CountryLink => out.raw("stock", "null"),
    }
    let why_not = listing.why_not_servable();
    out.raw("servable", why_not.is_none());
    out.text_or_null("why_not", why_not);
    out.texts("mess", listing.messes.names().chain(ledger.is_glitching(number).then_some("price-glitch")));
}
