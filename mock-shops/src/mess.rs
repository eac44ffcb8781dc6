//! The untidiness of real shops, and how much of it there is: [`TABLE`] is the one place that says so.
//!
//! A mess never makes it undecidable which product a listing is: where a listing has neither code nor barcode
//! its title says everything, and no code of a listing is another product's. Pure: the mess of a listing comes
//! from the seed, the shop and the listing's number.

use crate::{
    dice::{Dice, Purpose},
    products::{Facts, Kind},
    shop::Shop,
    spelling,
};

/// One kind of untidiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Mess {
    MemoryGlued,
    MemoryLetter,
    MemoryInMb,
    MemoryFrench,
    MemoryOnlyInTitle,
    TitleMemorySpaced,
    TitleMemoryLetter,
    TitleMemoryTwice,
    ClockInGhz,
    ClockBare,
    LengthInCm,
    LengthBare,
    PowerBare,
    BrandOtherCase,
    BrandLongForm,
    BrandIsALine,
    BrandOtherName,
    BrandAbsent,
    BrandMissingFromTitle,
    BrandTwiceInTitle,
    ChipGlued,
    ChipWithoutFamily,
    ChipOtherCase,
    ChipLetterSuffix,
    ChipGluedSuffix,
    ChipWithMemory,
    CodeOfOtherKind,
    CodeOtherSeparators,
    CodeInTitleToo,
    CodeOnlyInTitle,
    CodeAbsent,
    BarcodeUpcA,
    BarcodeBadCheckDigit,
    BarcodeAbsent,
    TitleNoiseWord,
    TitleTrademark,
    PortsCountFirst,
    PortsShort,
    PortsBare,
    BusShort,
    BusLong,
    BusWithoutVersion,
    TechnologiesOtherWords,
    TechnologiesAbsent,
    InterfacesAbsent,
    ImageAbsent,
    ValuesUnknown,
    AvailabilityOtherWord,
    RepeatedSideBySide,
    RepeatedApart,
    SecondListing,
    TitleCodeDisagree,
    PriceZero,
    CurrencyUnknown,
    Malformed,
    Bundle,
}

/// A row of the table: kinds of one group exclude each other.
struct Row {
    mess: Mess,
    name: &'static str,
    group: u8,
    /// Per ten thousand listings of NetVideo and of CountryLink, where the kind applies to the listing at all
    /// (a `SUPER` can only be shortened where there is one).
    shares: [u32; 2],
}

const fn row(group: u8, mess: Mess, name: &'static str, netvideo: u32, countrylink: u32) -> Row {
    Row { mess, name, group, shares: [netvideo, countrylink] }
}

/// Every kind, its name in the truth, and its share per ten thousand in NetVideo and in CountryLink. The last
/// group has no share of its own: it follows from which product the listing is of.
const TABLE: [Row; 56] = [
    row(0, Mess::MemoryGlued, "memory-glued", 1500, 0),
    row(0, Mess::MemoryLetter, "memory-letter", 500, 0),
    row(0, Mess::MemoryInMb, "memory-in-mb", 900, 0),
    row(0, Mess::MemoryFrench, "memory-french", 500, 0),
    row(0, Mess::MemoryOnlyInTitle, "memory-only-in-title", 700, 0),
    row(1, Mess::TitleMemorySpaced, "title-memory-spaced", 1500, 1000),
    row(1, Mess::TitleMemoryLetter, "title-memory-letter", 400, 4000),
    row(1, Mess::TitleMemoryTwice, "title-memory-twice", 300, 300),
    row(2, Mess::ClockInGhz, "clock-in-ghz", 2000, 0),
    row(2, Mess::ClockBare, "clock-bare", 1000, 0),
    row(3, Mess::LengthInCm, "length-in-cm", 1500, 0),
    row(3, Mess::LengthBare, "length-bare", 1000, 0),
    row(4, Mess::PowerBare, "power-bare", 1500, 0),
    row(5, Mess::BrandOtherCase, "brand-other-case", 800, 3500),
    row(5, Mess::BrandLongForm, "brand-long-form", 800, 800),
    row(5, Mess::BrandIsALine, "brand-is-a-line", 1500, 1500),
    row(5, Mess::BrandAbsent, "brand-absent", 300, 300),
    row(6, Mess::BrandOtherName, "brand-other-name", 1000, 6000),
    row(7, Mess::BrandMissingFromTitle, "brand-missing-from-title", 250, 250),
    row(7, Mess::BrandTwiceInTitle, "brand-twice-in-title", 150, 150),
    row(8, Mess::ChipGlued, "chip-glued", 300, 2500),
    row(8, Mess::ChipWithoutFamily, "chip-without-family", 1000, 3000),
    row(8, Mess::ChipOtherCase, "chip-other-case", 700, 700),
    row(8, Mess::ChipLetterSuffix, "chip-letter-suffix", 300, 600),
    row(8, Mess::ChipGluedSuffix, "chip-glued-suffix", 300, 800),
    row(9, Mess::ChipWithMemory, "chip-with-memory", 800, 0),
    row(10, Mess::CodeOfOtherKind, "code-of-other-kind", 1200, 4500),
    row(11, Mess::CodeOtherSeparators, "code-other-separators", 1000, 1000),
    row(12, Mess::CodeInTitleToo, "code-in-title-too", 300, 2500),
    row(12, Mess::CodeOnlyInTitle, "code-only-in-title", 300, 300),
    row(12, Mess::CodeAbsent, "code-absent", 500, 500),
    row(13, Mess::BarcodeUpcA, "barcode-upc-a", 7000, 500),
    row(14, Mess::BarcodeBadCheckDigit, "barcode-bad-check-digit", 150, 150),
    row(14, Mess::BarcodeAbsent, "barcode-absent", 1000, 1000),
    row(15, Mess::TitleNoiseWord, "title-noise-word", 700, 1200),
    row(16, Mess::TitleTrademark, "title-trademark", 400, 400),
    row(17, Mess::PortsCountFirst, "ports-count-first", 0, 2000),
    row(17, Mess::PortsShort, "ports-short", 0, 1200),
    row(17, Mess::PortsBare, "ports-bare", 0, 400),
    row(18, Mess::BusShort, "bus-short", 0, 2000),
    row(18, Mess::BusLong, "bus-long", 0, 1000),
    row(18, Mess::BusWithoutVersion, "bus-without-version", 0, 400),
    row(19, Mess::TechnologiesOtherWords, "technologies-other-words", 0, 3500),
    row(19, Mess::TechnologiesAbsent, "technologies-absent", 0, 400),
    row(20, Mess::InterfacesAbsent, "interfaces-absent", 0, 250),
    row(21, Mess::ImageAbsent, "image-absent", 500, 500),
    row(22, Mess::ValuesUnknown, "values-unknown", 2000, 0),
    row(23, Mess::AvailabilityOtherWord, "availability-other-word", 0, 250),
    row(24, Mess::RepeatedSideBySide, "repeated-side-by-side", 80, 80),
    row(24, Mess::RepeatedApart, "repeated-apart", 120, 120),
    row(25, Mess::TitleCodeDisagree, "title-code-disagree", 25, 25),
    row(26, Mess::PriceZero, "price-zero", 50, 50),
    row(26, Mess::CurrencyUnknown, "currency-unknown", 70, 70),
    row(26, Mess::Malformed, "malformed", 70, 70),
    row(27, Mess::SecondListing, "second-listing", 0, 0),
    row(27, Mess::Bundle, "bundle", 0, 0),
];

/// Several kinds of mess at once, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Messes(u64);

impl Messes {
    /// The mess of listing number `listing` of a shop; whether it is a second one is for its maker to say.
    pub(crate) fn draw(seed: u64, shop: Shop, listing: u32, facts: &Facts<'_>) -> Self {
        let mut dice = Dice::new(seed, Purpose::Mess(shop.number()), u64::from(listing));
        let mut messes = Self::default();
        for group in TABLE.chunk_by(|one, next| one.group == next.group) {
            let mut roll = dice.below(10_000);
            for row in group {
                let share = row.shares[usize::from(shop.number())];
                if roll < share {
                    messes.add(row.mess);
                    break;
                }
                roll -= share;
            }
        }
        if facts.kind == Kind::Bundle {
            messes.add(Mess::Bundle);
        }
        messes.settle(shop, facts);
        messes
    }

    /// Takes away what does not apply to the product, and whatever would make it undecidable.
    fn settle(&mut self, shop: Shop, facts: &Facts<'_>) {
        let no_barcode = facts.ean().is_none();
        let one_code = facts.marketing_code().is_none() || facts.factory_code().is_none();
        self.keep_if(Mess::BrandIsALine, facts.line.words.contains(&facts.partner.line_as_brand));
        self.keep_if(Mess::BrandOtherName, facts.partner.other_name.is_some());
        self.keep_if(Mess::CodeOfOtherKind, !one_code);
        self.keep_if(Mess::BarcodeUpcA, facts.ean().is_some_and(|ean| ean.starts_with('0')));
        for kind in [Mess::BarcodeBadCheckDigit, Mess::BarcodeAbsent] {
            self.keep_if(kind, !no_barcode);
        }
        for kind in spelling::CHIP_SPELLINGS {
            self.keep_if(kind, spelling::chip(&facts.chip.name, kind) != facts.chip.name);
        }
        if self.has(Mess::BarcodeBadCheckDigit) || self.has(Mess::BarcodeAbsent) {
            self.remove(Mess::BarcodeUpcA);
        }
        // One name of the house is enough, and a title that has to stand alone is whole and right.
        if self.has(Mess::BrandOtherName) {
            self.remove_all(&[Mess::BrandOtherCase, Mess::BrandLongForm, Mess::BrandIsALine]);
        }
        let barcode_lost =
            no_barcode || self.has(Mess::BarcodeAbsent) || self.has(Mess::BarcodeBadCheckDigit);
        if self.has(Mess::CodeAbsent) && barcode_lost {
            self.remove_all(&[Mess::BrandMissingFromTitle, Mess::TitleCodeDisagree]);
        }
        if self.has(Mess::CodeAbsent) {
            self.remove_all(&[Mess::CodeOfOtherKind, Mess::CodeOtherSeparators]);
        }
        if facts.kind == Kind::Bundle {
            self.remove_all(&[Mess::CodeAbsent, Mess::TitleCodeDisagree]);
        }
        if shop == Shop::NetVideo && self.has(Mess::ValuesUnknown) {
            // Which spelling an unknown value has is nothing that a listing shows.
            self.remove_all(&[Mess::LengthInCm, Mess::LengthBare]);
        }
    }

    /// Whether this kind is among them.
    pub(crate) fn has(self, mess: Mess) -> bool {
        self.0 & bit(mess) != 0
    }

    /// The names of all of them, in the order of the table.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        TABLE.iter().filter(move |row| self.has(row.mess)).map(|row| row.name)
    }

    /// The first of these kinds that is among them.
    pub(crate) fn first_of(self, kinds: &[Mess]) -> Option<Mess> {
        kinds.iter().copied().find(|kind| self.has(*kind))
    }

    /// Adds a kind.
    pub(crate) fn add(&mut self, mess: Mess) {
        self.0 |= bit(mess);
    }

    /// Takes a kind away.
    pub(crate) fn remove(&mut self, mess: Mess) {
        self.0 &= !bit(mess);
    }

    fn remove_all(&mut self, kinds: &[Mess]) {
        for kind in kinds {
            self.remove(*kind);
        }
    }

    fn keep_if(&mut self, mess: Mess, applies: bool) {
        if !applies {
            self.remove(mess);
        }
    }
}

fn bit(mess: Mess) -> u64 {
    1 << (mess as u8)
}

/// The names of all kinds, in the order of the table.
#[cfg(test)]
pub(crate) fn all_names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|row| row.name)
}
