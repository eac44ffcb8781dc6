//! The products: which boards exist in this made-up world. A product is sixteen bytes; its name, codes and
//! clocks are worked out when asked for. Pure: the same seed and count give the same products.
//!
//! Any two products differ in a fact that a title can tell, and no code of one is a code of another, however
//! it is spelt.

use crate::{
    catalogue::{Catalogue, Chip, Line, Maker, Partner},
    codes::{self, CodeParts},
    dice::{Dice, Purpose},
    scramble::Scramble,
    variants::{self, Variant},
};

/// How many items a seven-digit GS1 prefix has room for.
const ITEMS_A_PREFIX: u32 = 100_000;
/// Of ten thousand cards, so many are followed by a bundle with the same card.
const BUNDLES: u32 = 150;
/// Products are taken from so many variants of each base before those of the next window.
const WINDOW: usize = 8;
/// How likely each variant of the first window is taken in the first pass, per ten thousand.
const FIRST_WINDOW: [u32; WINDOW] = [9_000, 4_500, 2_500, 2_000, 1_500, 1_200, 1_000, 800];
/// The same for every further window.
const FURTHER_WINDOWS: u32 = 5_000;
/// What bundles add to a card.
const MONITORS: [&str; 4] =
    ["monitor Samsung Odyssey G5", "monitor AOC 24G2", "monitor Dell S2721", "monitor LG 27GP850"];

/// What kind of thing a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A video card.
    Card,
    /// A card together with something else, which is not the card alone.
    Bundle,
}

/// One product, as small as can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    /// Tells it apart within its pool of numbers.
    serial: u32,
    chip: u16,
    partner: u8,
    line: u8,
    variant: Variant,
    kind: Kind,
}

/// Numbers that brands with the same GS1 prefixes share.
#[derive(Debug)]
struct Pool {
    prefixes: Vec<String>,
    items: Scramble,
    serials: Scramble,
    used: u32,
}

/// All products of one seed.
#[derive(Debug)]
pub(crate) struct Products {
    catalogue: Catalogue,
    seed: u64,
    items: Vec<Product>,
    pools: Vec<Pool>,
    /// The pool of each partner.
    pool_of: Vec<usize>,
}

/// A product with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) chip: &'a Chip,
    pub(crate) partner: &'a Partner,
    /// The number that shops have for the brand, from 1.
    pub(crate) brand_id: u32,
    pub(crate) line: &'a Line,
    pub(crate) variant: Variant,
    pub(crate) kind: Kind,
    serial: u32,
    pool: &'a Pool,
}

/// A chip on a partner's line, of which variants are made.
#[derive(Clone, Copy)]
struct Base {
    chip: u16,
    partner: u8,
    line: u8,
    hash_limited: bool,
}

impl Products {
    /// Makes up so many products, or as many as there are.
    pub(crate) fn generate(catalogue: Catalogue, seed: u64, count: u32) -> Self {
        let (pools, pool_of) = pools(&catalogue, seed);
        let bases = bases(&catalogue, seed);
        let mut products =
            Self { catalogue, seed, items: Vec::with_capacity(count as usize), pools, pool_of };
        let (unlimited, all) = (Variant::unlimited(), Variant::all());
        let passes = all.len().div_ceil(WINDOW) * 2;
        for pass in 0..passes {
            for (number, base) in bases.iter().enumerate() {
                let variants = if base.hash_limited { &all } else { &unlimited };
                let window = variants.chunks(WINDOW).nth(pass / 2).unwrap_or(&[]);
                let place = number as u64 * 1_000 + pass as u64 / 2;
                let mut dice = Dice::new(seed, Purpose::Variants, place);
                for (position, variant) in window.iter().enumerate() {
                    let share = if pass < 2 { FIRST_WINDOW[position] } else { FURTHER_WINDOWS };
                    // The second pass over a window takes what the first one left.
                    if dice.hits(share) == pass.is_multiple_of(2) {
                        products.add(*base, *variant, count as usize);
                    }
                    if products.items.len() == count as usize {
                        return products;
                    }
                }
            }
        }
        products
    }

    fn add(&mut self, base: Base, variant: Variant, count: usize) {
        let pool = &mut self.pools[self.pool_of[usize::from(base.partner)]];
        let room = u32::try_from(pool.prefixes.len()).unwrap_or(u32::MAX).saturating_mul(ITEMS_A_PREFIX);
        if pool.used >= room {
            return;
        }
        let Base { chip, partner, line, .. } = base;
        let card = Product { serial: pool.used, chip, partner, line, variant, kind: Kind::Card };
        pool.used += 1;
        self.items.push(card);
        let place = self.items.len();
        if place < count && Dice::new(self.seed, Purpose::Bundles, place as u64).hits(BUNDLES) {
            let serial = u32::try_from(place).unwrap_or(u32::MAX);
            self.items.push(Product { serial, kind: Kind::Bundle, ..card });
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// The seed that they were made from.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// What is known of product number `index`, which has to be below `len`.
    pub(crate) fn facts(&self, index: u32) -> Facts<'_> {
        let product = self.items[index as usize];
        let partner = &self.catalogue.partners[usize::from(product.partner)];
        Facts {
            chip: &self.catalogue.chips[usize::from(product.chip)],
            partner,
            brand_id: u32::from(product.partner) + 1,
            line: &partner.lines[usize::from(product.line)],
            variant: product.variant,
            kind: product.kind,
            serial: product.serial,
            pool: &self.pools[self.pool_of[usize::from(product.partner)]],
        }
    }

    /// Any other chip of the same maker: what a title that disagrees with its code speaks of.
    pub(crate) fn other_chip(&self, chip: &Chip, dice: &mut Dice) -> &Chip {
        let others: Vec<&Chip> = (self.catalogue.chips.iter())
            .filter(|other| other.maker == chip.maker && other.name != chip.name)
            .collect();
        others[dice.below(u32::try_from(others.len()).unwrap_or(u32::MAX)) as usize]
    }
}

impl Facts<'_> {
    /// The product's full name, tidily written.
    pub(crate) fn name(&self) -> String {
        let mut words = vec![self.partner.brand.as_str(), &self.line.words];
        words.extend(self.variant.colour());
        words.extend(self.variant.edition());
        words.push(&self.chip.name);
        words.extend(self.variant.hash_limited.then_some("LHR"));
        let revision = self.variant.revision(self.partner.revision);
        words.extend(revision.as_deref());
        words.extend(self.variant.overclocked.then_some("OC"));
        let memory = format!("{}GB", self.chip.memory_mb / 1024);
        words.push(&memory);
        let extra = self.extra();
        words.extend(extra.is_some().then_some("+"));
        words.extend(extra);
        words.join(" ")
    }

    /// What a bundle has besides the card.
    pub(crate) fn extra(&self) -> Option<&'static str> {
        (self.kind == Kind::Bundle).then(|| MONITORS[self.serial as usize % MONITORS.len()])
    }

    /// The code that the brand advertises, if it has one. A bundle has the shop's code instead.
    pub(crate) fn marketing_code(&self) -> Option<String> {
        match self.kind {
            Kind::Card => self.partner.marketing.as_ref().map(|pattern| codes::code(pattern, self.parts())),
            Kind::Bundle => Some(format!("BUNDLE-{:07}", self.serial)),
        }
    }

    /// The code on the label of the box, if the brand has such.
    pub(crate) fn factory_code(&self) -> Option<String> {
        let pattern = self.partner.factory.as_ref().filter(|_| self.kind == Kind::Card)?;
        Some(codes::code(pattern, self.parts()))
    }

    /// The barcode, thirteen digits. A bundle has none.
    pub(crate) fn ean(&self) -> Option<String> {
        (self.kind == Kind::Card).then(|| {
            let number = self.pool.items.number(self.serial);
            codes::ean13(&self.pool.prefixes[(number / ITEMS_A_PREFIX) as usize], number % ITEMS_A_PREFIX)
        })
    }

    /// The boost clock in MHz: higher than the chip's where the board is overclocked.
    pub(crate) fn boost_clock_mhz(&self) -> u32 {
        let step = if self.variant.overclocked { 15 + 15 * (self.line.price_pct % 4) } else { 0 };
        self.chip.boost_clock_mhz + step
    }

    /// The board's length in mm: by its fans and the heat that they carry off.
    pub(crate) fn length_mm(&self) -> u32 {
        let cooler = match self.line.fans {
            1 => 165,
            2 => 222,
            3 => 282,
            _ => 238,
        };
        cooler + self.chip.tdp_w / 12 + self.line.price_pct % 9
    }

    /// The price in US cents that this product tends to have in shops.
    pub(crate) fn usual_price_minor(&self) -> i64 {
        let cents =
            i64::from(self.chip.price_usd) * i64::from(self.line.price_pct * self.variant.price_pct()) / 100;
        cents + if self.kind == Kind::Bundle { 17_900 } else { 0 }
    }

    fn parts(&self) -> CodeParts<'_> {
        CodeParts {
            chip: self.chip,
            partner: self.partner,
            line: self.line,
            variant: self.variant,
            serial: self.pool.serials.number(self.serial),
        }
    }
}

/// The pools of numbers, and which of them each partner uses: brands with the same prefixes share one.
fn pools(catalogue: &Catalogue, seed: u64) -> (Vec<Pool>, Vec<usize>) {
    let mut pools: Vec<Pool> = Vec::new();
    let mut pool_of = Vec::new();
    for partner in &catalogue.partners {
        let known = pools.iter().position(|pool| pool.prefixes == partner.gs1);
        pool_of.push(known.unwrap_or_else(|| {
            let number = u8::try_from(pools.len()).unwrap_or(u8::MAX / 2);
            let room = u32::try_from(partner.gs1.len()).unwrap_or(1) * ITEMS_A_PREFIX;
            pools.push(Pool {
                prefixes: partner.gs1.clone(),
                items: Scramble::new(seed, number * 2, room),
                serials: Scramble::new(seed, number * 2 + 1, room),
                used: 0,
            });
            pools.len() - 1
        }));
    }
    (pools, pool_of)
}

/// Every chip on every line that is made with it, shuffled: newer chips tend to come first.
fn bases(catalogue: &Catalogue, seed: u64) -> Vec<Base> {
    let mut bases = Vec::new();
    for (partner_index, partner) in catalogue.partners.iter().enumerate() {
        for (line_index, line) in partner.lines.iter().enumerate() {
            for (chip_index, chip) in catalogue.chips.iter().enumerate() {
                if !partner.makes(line, chip) {
                    continue;
                }
                let (Ok(chip_number), Ok(partner), Ok(line)) =
                    (u16::try_from(chip_index), u8::try_from(partner_index), u8::try_from(line_index))
                else {
                    continue;
                };
                let hash_limited = variants::was_hash_limited(chip);
                let mut dice = Dice::new(seed, Purpose::Bases, bases.len() as u64);
                // The least of several rolls: the more rolls, the earlier it comes.
                let rolls = popularity(chip);
                let order = (0..rolls).map(|_| dice.roll()).min();
                bases.push((order, Base { chip: chip_number, partner, line, hash_limited }));
            }
        }
    }
    bases.sort_by_key(|(order, _)| *order);
    bases.into_iter().map(|(_, base)| base).collect()
}

/// How much of the shops' stock has this chip, from 1 up.
fn popularity(chip: &Chip) -> u32 {
    let age = match &chip.released_on[..4] {
        "2022" | "2023" | "2024" | "2025" => 6,
        "2020" | "2021" => 4,
        "2018" | "2019" => 2,
        _ => 1,
    };
    // So few lines have an Intel chip that they would hardly be seen.
    if chip.maker == Maker::Intel { age * 2 } else { age }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn products(seed: u64, count: u32) -> Products {
        Products::generate(Catalogue::embedded().unwrap(), seed, count)
    }

    fn names(products: &Products) -> Vec<String> {
        (0..products.len()).map(|index| products.facts(index).name()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_products_and_another_gives_others() {
        let (first, again, other) = (products(1, 600), products(1, 600), products(2, 600));
        assert_eq!(names(&first), names(&again));
        assert_ne!(names(&first), names(&other));
        let eans =
            |products: &Products| (0..600).map(|index| products.facts(index).ean()).collect::<Vec<_>>();
        assert_eq!(eans(&first), eans(&again));
    }

    #[test]
    fn a_hundred_thousand_products_share_no_name_no_code_and_no_barcode() {
        let products = products(1, 100_000);
        assert_eq!(products.len(), 100_000);
        let (mut names, mut codes, mut eans) = (HashSet::new(), HashSet::new(), HashSet::new());
        for index in 0..products.len() {
            let facts = products.facts(index);
            let name = facts.name();
            for code in [facts.marketing_code(), facts.factory_code()].into_iter().flatten() {
                assert!(codes.insert(codes::bare(&code)), "{code} of {name} is there twice");
            }
            if let Some(ean) = facts.ean() {
                assert_eq!(ean.len(), 13);
                assert!(ean.ends_with(codes::check_digit(&ean[..12])), "{ean}");
                assert!(eans.insert(ean.clone()), "{ean} of {name} is there twice");
            }
            assert!(names.insert(name.clone()), "{name} is there twice");
        }
    }

    #[test]
    fn a_product_takes_sixteen_bytes() {
        assert!(size_of::<Product>() <= 16, "{}", size_of::<Product>());
    }
}
