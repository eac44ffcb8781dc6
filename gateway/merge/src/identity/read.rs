//! The order in which the readers look at one listing, and what wins where they disagree: the title is what a
//! shopper sees, so a code that contradicts it is not believed. Only a size with which its chip was never sold
//! yields to the field's.

use super::chip::{ChipName, Mention, is_never_sold_with, mentions, sizes_mb};
use super::code::{self, Disbelieved, Found, Gtin};
use super::line::LineRead;
use super::memory::Size;
use super::product::{Gpu, ProductKind};
use super::words::{Word, words};
use super::{Identity, brand, kind, line, memory, ports};

/// How much of a title is read. The longest honest titles have some 250 characters.
const MAX_TITLE_CHARS: usize = 600;
/// How many part numbers and barcodes of a listing are read.
const MAX_CODES: usize = 12;

fn beginning(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end])
}

/// Everything that was seen before anything was decided.
struct Seen<'l> {
    listing: &'l events::Listing,
    words: Vec<Word>,
    houses: brand::Named,
    house: Option<&'static str>,
    title_codes: Vec<Found>,
    field_codes: Vec<Found>,
    chips: Vec<Mention>,
    sizes: Vec<Size>,
    disbelieved: Vec<Disbelieved>,
}

pub(super) fn read(listing: &events::Listing) -> Identity {
    let mut seen = see(listing);
    let chip = seen.chip();
    let gpu = chip.as_ref().map(ChipName::gpu);
    let memory_mb = seen.memory_mb(gpu.as_ref());
    seen.disbelieve(chip.as_ref(), memory_mb);
    let chip = chip.or_else(|| seen.codes().find_map(|code| code.facts.chip.clone()));
    let gpu = gpu.or_else(|| chip.as_ref().map(ChipName::gpu));
    let memory_mb = memory_mb.or_else(|| seen.codes().find_map(|code| code.facts.memory_mb));
    let line = seen.line();
    let of_code = seen.codes().find_map(|code| code.house);
    let field = listing.brand.as_deref().map(|text| beginning(text, 80));
    let brand = brand::decide(&seen.houses, field, of_code, &line.line);
    let has_laptop_chip = gpu.as_ref().is_some_and(|gpu| gpu.slug.contains("laptop"));
    let ends = seen.chips.iter().map(|chip| chip.at + chip.count);
    let ends = ends.chain(seen.sizes.iter().map(|size| size.at + size.count));
    let name_ends_at = ends.max().unwrap_or(seen.words.len()).saturating_sub(1);
    let hints = kind::Hints { has_size: !seen.sizes.is_empty(), has_laptop_chip, name_ends_at };
    let kind = match (seen.words.is_empty(), kind::decide(&seen.words, &hints)) {
        (true, _) if listing.mpns.is_empty() && listing.gtins.is_empty() => ProductKind::NotACard,
        (_, kind) => kind,
    };
    let oc_of_code = seen.codes().find_map(|code| code.facts.oc);
    Identity {
        kind,
        brand,
        memory_mb,
        memory_type: memory::memory_type(&seen.words).or_else(|| listing.specs.memory_type.clone()),
        unknown_words: line.unknown,
        revision: line.revision,
        colour: line.colour,
        oc: oc_of_code.or(line.oc.then_some(true)).or_else(|| seen.oc_mark().then_some(true)),
        fans: line.fans,
        lhr: line.lhr.or_else(|| says_lhr(listing).then_some(true)),
        line: line.line,
        gtins: gtins(listing, &seen.words),
        mpns: {
            let mut keys: Vec<_> = seen.codes().map(|code| code.key.clone()).take(MAX_CODES).collect();
            keys.sort();
            keys.dedup();
            keys
        },
        gpu,
        disbelieved: seen.disbelieved,
    }
}

fn says_lhr(listing: &events::Listing) -> bool {
    listing.gpu.as_deref().is_some_and(|gpu| words(beginning(gpu, 80)).iter().any(|word| word.text == "lhr"))
}

fn see(listing: &events::Listing) -> Seen<'_> {
    let words = words(beginning(&listing.title, MAX_TITLE_CHARS));
    let houses = brand::named(&words);
    let of_field = listing.brand.as_deref().map(|text| brand::named(&self::words(beginning(text, 80))));
    let house =
        houses.houses.first().copied().or_else(|| of_field.and_then(|named| named.houses.first().copied()));
    let title_codes = code::find(&words, house);
    let mut disbelieved = Vec::new();
    let mut field_codes = Vec::new();
    for mpn in listing.mpns.iter().take(MAX_CODES) {
        match code::of_field(mpn, house) {
            Ok(found) => field_codes.extend(found),
            Err(reason) => disbelieved.push(Disbelieved {
                code: beginning(mpn, 80).to_owned(),
                reason: reason.to_owned(),
                contradicts_title: false,
            }),
        }
    }
    let (chips, sizes) = (mentions(&words), memory::sizes(&words));
    Seen { listing, words, houses, house, title_codes, field_codes, chips, sizes, disbelieved }
}

fn gtins(listing: &events::Listing, words: &[Word]) -> Vec<Gtin> {
    let of_fields = listing.gtins.iter().take(MAX_CODES).filter_map(|gtin| Gtin::parse(beginning(gtin, 40)));
    let mut gtins: Vec<Gtin> = of_fields.chain(code::gtins_in(words)).take(MAX_CODES).collect();
    gtins.sort();
    gtins.dedup();
    gtins
}

impl Seen<'_> {
    /// The codes that are believed: the fields' first.
    fn codes(&self) -> impl Iterator<Item = &Found> {
        self.field_codes.iter().chain(&self.title_codes)
    }

    fn is_in_code(&self, at: usize) -> bool {
        self.code_at(at).is_some()
    }

    /// Whether the word at `at` is part of the product's name: in ASUS's codes it is, in others not.
    fn is_in_name(&self, at: usize) -> bool {
        self.code_at(at).is_none_or(|code| code.is_name)
    }

    fn code_at(&self, at: usize) -> Option<&Found> {
        self.title_codes.iter().find(|code| (code.at..code.at + code.count).contains(&at))
    }

    /// The chip that the title names outside of codes, else inside of one that is spelt out, else the field's.
    fn chip(&self) -> Option<ChipName> {
        let outside = self.chips.iter().filter(|mention| !self.is_in_code(mention.at));
        one_chip(outside)
            .or_else(|| one_chip(self.chips.iter().filter(|mention| self.is_in_name(mention.at))))
            .or_else(|| {
                let field = words(beginning(self.listing.gpu.as_deref()?, 80));
                one_chip(mentions(&field).iter())
            })
    }

    /// The title's size; the field's where the title names none, or one with which the chip was never sold
    /// though it was with the field's.
    fn memory_mb(&self, gpu: Option<&Gpu>) -> Option<u32> {
        let of_title = self.memory_mb_of_title(gpu);
        let of_field = self.memory_mb_of_field(gpu);
        let is_impossible = |size: Option<u32>| {
            gpu.zip(size).is_some_and(|(gpu, memory_mb)| is_never_sold_with(&gpu.slug, memory_mb))
        };
        if is_impossible(of_title) && !is_impossible(of_field) {
            return of_field.or(of_title);
        }
        of_title.or(of_field)
    }

    fn memory_mb_of_title(&self, gpu: Option<&Gpu>) -> Option<u32> {
        let of_chip = gpu.map_or(&[][..], |gpu| sizes_mb(&gpu.slug));
        let outside = self.sizes.iter().filter(|size| !self.is_in_code(size.at));
        let glued = || {
            self.chips.iter().filter(|mention| self.is_in_name(mention.at)).find_map(|mention| {
                let word = Word { text: mention.rest.clone(), ..self.words[mention.at].clone() };
                memory::sizes(&[word]).first().map(|size| size.memory_mb)
            })
        };
        memory::decide(outside, of_chip)
            .or_else(|| memory::decide(self.sizes.iter().filter(|size| self.is_in_name(size.at)), of_chip))
            .or_else(glued)
    }

    fn memory_mb_of_field(&self, gpu: Option<&Gpu>) -> Option<u32> {
        self.listing.specs.memory_mb.or_else(|| {
            let of_chip = gpu.map_or(&[][..], |gpu| sizes_mb(&gpu.slug));
            let field = words(beginning(self.listing.gpu.as_deref()?, 80));
            memory::decide(&memory::sizes(&field), of_chip)
        })
    }

    fn oc_mark(&self) -> bool {
        self.house == Some("asus") && self.sizes.iter().any(|size| size.oc_mark)
    }

    /// Takes away the codes that say another house, chip or size than the title.
    fn disbelieve(&mut self, chip: Option<&ChipName>, memory_mb: Option<u32>) {
        let house = self.house;
        let disbelieved = &mut self.disbelieved;
        let mut keep = |code: &Found| {
            let other_house = match (house, code.house) {
                (Some(named), Some(of_code)) => {
                    named != of_code && !(named == "gainward" && of_code == "palit")
                }
                _ => false,
            };
            let other_chip =
                code.facts.chip.as_ref().zip(chip).is_some_and(|(of_code, named)| of_code != named);
            let other_size =
                code.facts.memory_mb.zip(memory_mb).is_some_and(|(of_code, named)| of_code != named);
            let reason = match (other_house, other_chip, other_size) {
                (true, ..) => "It has the form of another house's codes.",
                (_, true, _) => "It names another chip than the title.",
                (_, _, true) => "It names another size of memory than the title.",
                _ => return true,
            };
            disbelieved.push(Disbelieved {
                code: code.key.as_str().to_owned(),
                reason: reason.to_owned(),
                contradicts_title: other_chip || other_size,
            });
            false
        };
        self.title_codes.retain(&mut keep);
        self.field_codes.retain(&mut keep);
    }

    fn line(&self) -> LineRead {
        let mut taken = self.houses.mask.clone();
        let mut named = taken.clone();
        ports::mark(&self.words, &mut taken);
        for mention in &self.chips {
            taken[mention.at..mention.at + mention.count].fill(true);
            named[mention.at..mention.at + mention.count].fill(true);
        }
        for size in &self.sizes {
            taken[size.at..size.at + size.count].fill(true);
            named[size.at..size.at + size.count].fill(true);
        }
        for code in self.title_codes.iter().filter(|code| !code.is_name) {
            taken[code.at..code.at + code.count].fill(true);
        }
        let house = self.house;
        let mut read = line::read(&self.words, &taken, &named, house);
        // A title that names no line leaves it to its code.
        for code in self.codes() {
            if !read.line.is_empty() {
                break;
            }
            let of_code = if code.facts.line.is_empty() && code.is_name && code.count > 0 {
                LineRead::default()
            } else {
                line::read_text(code.facts.line, house)
            };
            read.line = of_code.line;
        }
        read
    }
}

/// The one chip that is named; of `RTX 3060` and `RTX 3060 Ti` the one that says more.
fn one_chip<'m>(mentions: impl Iterator<Item = &'m Mention>) -> Option<ChipName> {
    let mut chosen: Option<&ChipName> = None;
    for Mention { chip, .. } in mentions {
        chosen = match chosen {
            None => Some(chip),
            Some(known) if known.number != chip.number || known.family != chip.family => return None,
            Some(known)
                if chip.suffix.len() > known.suffix.len() && chip.suffix.starts_with(&known.suffix) =>
            {
                Some(chip)
            }
            Some(known) if known.suffix.starts_with(&chip.suffix) => Some(known),
            Some(_) => return None,
        };
    }
    chosen.cloned()
}
