//! What a listing says of its product in words and codes: its title, brand, part number and barcode, with the
//! listing's mess. Pure: the same listing always says the same.

use crate::{
    catalogue::Chip,
    codes,
    dice::{Dice, Purpose},
    mess::{Mess, Messes},
    products::{Facts, Products},
    shop::Shop,
    spelling,
};

/// Words that tell no product from another.
const NOISE: [&str; 4] = ["Grafikkarte", "видеокарта", "Retail", "- Buy Online"];

/// A listing, as far as what it says of its product is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wording<'a> {
    pub(crate) products: &'a Products,
    pub(crate) facts: Facts<'a>,
    pub(crate) shop: Shop,
    /// The listing's number in its shop.
    pub(crate) listing: u32,
    pub(crate) messes: Messes,
}

impl Wording<'_> {
    /// The dice of one part of the listing's words.
    pub(crate) fn dice(&self, part: u32) -> Dice {
        let number = u64::from(self.listing) * 16 + u64::from(part);
        Dice::new(self.products.seed(), Purpose::Words(self.shop.number()), number)
    }

    /// The title.
    pub(crate) fn title(&self) -> String {
        let Self { facts, messes, .. } = self;
        let mut dice = self.dice(0);
        let chip = if messes.has(Mess::TitleCodeDisagree) {
            self.products.other_chip(facts.chip, &mut dice)
        } else {
            facts.chip
        };
        let mut words: Vec<String> = Vec::with_capacity(16);
        let brand = self.title_brand();
        if !messes.has(Mess::BrandMissingFromTitle) {
            words.push(brand.to_owned());
        }
        if messes.has(Mess::BrandTwiceInTitle) {
            words.push(brand.to_owned());
        }
        words.push(facts.line.words.clone());
        words.extend(facts.variant.colour().map(str::to_owned));
        words.extend(facts.variant.edition().map(str::to_owned));
        words.push(self.title_chip(chip));
        self.push_variant_and_memory(chip, &mut words);
        if let Some(extra) = facts.extra() {
            words.push(format!("+ {extra}"));
        }
        if (messes.has(Mess::CodeInTitleToo) || messes.has(Mess::CodeOnlyInTitle)) && facts.extra().is_none()
        {
            words.push(format!("({})", self.any_code()));
        }
        if messes.has(Mess::TitleNoiseWord) {
            words.push((*dice.pick(&NOISE)).to_owned());
        }
        words.join(" ")
    }

    fn push_variant_and_memory(&self, chip: &Chip, words: &mut Vec<String>) {
        let Self { facts, messes, .. } = self;
        let memory = spelling::title_memory(chip.memory_mb, *messes);
        let overclocked = facts.variant.overclocked.then(|| "OC".to_owned());
        let revision = facts.variant.revision(facts.partner.revision);
        let limited = facts.variant.hash_limited.then(|| "LHR".to_owned());
        let twice = messes.has(Mess::TitleMemoryTwice);
        match self.shop {
            Shop::NetVideo => {
                words.extend(revision.into_iter().chain(overclocked));
                words.extend(twice.then(|| memory.clone()));
                words.extend(limited);
                words.push(memory);
                words.push(chip.memory_type.clone());
            }
            Shop::CountryLink => {
                words.extend(twice.then(|| memory.clone()));
                words.extend(limited);
                words.push(memory);
                words.extend(overclocked.into_iter().chain(revision));
            }
        }
    }

    fn title_brand(&self) -> &str {
        let partner = self.facts.partner;
        match self.messes.first_of(&[Mess::BrandOtherName, Mess::BrandOtherCase]) {
            Some(Mess::BrandOtherName) => partner.other_name.as_deref().unwrap_or(&partner.brand),
            Some(_) => &partner.other_case,
            None => &partner.brand,
        }
    }

    fn title_chip(&self, chip: &Chip) -> String {
        let spelt = match self.messes.first_of(&spelling::CHIP_SPELLINGS) {
            Some(how) => spelling::chip(&chip.name, how),
            None => chip.name.clone(),
        };
        if self.messes.has(Mess::TitleTrademark) {
            return spelt
                .replace("GeForce", "GeForce®")
                .replace("Radeon", "Radeon™")
                .replace("Arc", "Arc™")
                .replace(" RTX ", " RTX™ ");
        }
        spelt
    }

    /// The brand of the listing's own field; nothing where the shop has none.
    pub(crate) fn brand(&self) -> Option<&str> {
        let partner = self.facts.partner;
        let kinds = [Mess::BrandAbsent, Mess::BrandIsALine, Mess::BrandLongForm];
        match self.messes.first_of(&kinds) {
            Some(Mess::BrandAbsent) => None,
            Some(Mess::BrandIsALine) => Some(&partner.line_as_brand),
            Some(_) => Some(&partner.long_form),
            None => Some(self.title_brand()),
        }
    }

    /// The part number of the listing's own field; nothing where the shop has none.
    pub(crate) fn part_number(&self) -> Option<String> {
        let gone = self.messes.has(Mess::CodeAbsent) || self.messes.has(Mess::CodeOnlyInTitle);
        (!gone).then(|| self.any_code())
    }

    /// The code of the kind that this listing has, with its separators.
    fn any_code(&self) -> String {
        let (marketing, factory) = (self.facts.marketing_code(), self.facts.factory_code());
        let wants_marketing = (self.shop == Shop::NetVideo) != self.messes.has(Mess::CodeOfOtherKind);
        let code =
            if wants_marketing { marketing.or(factory) } else { factory.or(marketing) }.unwrap_or_default();
        if !self.messes.has(Mess::CodeOtherSeparators) {
            return code;
        }
        let mut dice = self.dice(1);
        match dice.below(3) {
            0 if code.contains(' ') => code.replace(' ', ""),
            1 if code.contains('-') => code.replace('-', " "),
            1 => code.replace(' ', "-"),
            _ => code.replace(['-', ' ', '.', '/'], ""),
        }
    }

    /// The barcode of the listing's own field; nothing where the shop has none.
    pub(crate) fn barcode(&self) -> Option<String> {
        let ean = self.facts.ean().filter(|_| !self.messes.has(Mess::BarcodeAbsent))?;
        if self.messes.has(Mess::BarcodeUpcA) {
            return Some(ean[1..].to_owned());
        }
        if self.messes.has(Mess::BarcodeBadCheckDigit) {
            let (digits, right) = ean.split_at(12);
            let wrong = (right.parse().unwrap_or(0) + 1 + self.dice(2).below(9)) % 10;
            return Some(format!("{digits}{wrong}"));
        }
        debug_assert_eq!(ean.chars().last(), Some(codes::check_digit(&ean[..12])), "{ean}");
        Some(ean)
    }
}
