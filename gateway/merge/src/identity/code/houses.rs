//! The codes of every house but ASUS and Gigabyte, by the form of their words.

use super::{Facts, Found, MpnKey, fits};
use crate::identity::chip::{ChipName, known, mentions};
use crate::identity::memory;
use crate::identity::words::Word;

/// Reads one house's codes.
type Reader = fn(&[&str]) -> Option<Code>;

/// A code at the start of some words.
struct Code {
    /// How many words it has.
    count: usize,
    facts: Facts,
}

impl Code {
    fn of(count: usize, facts: Facts) -> Self {
        Self { count, facts }
    }
}

/// The houses whose codes can be told by their form alone.
const BY_FORM: &[(&str, Reader)] = &[
    ("evga", evga),
    ("zotac", zotac),
    ("pny", pny),
    ("sapphire", sapphire),
    ("inno3d", inno3d),
    ("palit", palit),
    ("msi", msi),
    ("acer", acer),
    ("asrock", asrock_factory),
    ("xfx", xfx),
    ("powercolor", powercolor),
];

/// The houses whose codes could be anything else where the house is not named.
const BY_HOUSE: &[(&str, Reader)] =
    &[("asrock", asrock), ("gainward", palit), ("galax", galax), ("sapphire", sapphire_marketing)];

pub(super) fn at(words: &[Word], at: usize, house: Option<&str>) -> Option<Found> {
    // No house's code has other letters than ASCII, so the readers need not think of any.
    let texts: Vec<&str> = words[at..]
        .iter()
        .take(4)
        .map(|word| if word.text.is_ascii() { word.text.as_str() } else { "" })
        .collect();
    let of_house = BY_HOUSE.iter().filter(|(slug, _)| Some(*slug) == house);
    let (slug, code) = of_house.chain(BY_FORM).find_map(|(slug, read)| Some((*slug, read(&texts)?)))?;
    // Sapphire's first two groups alone are two numbers, unless something joins them.
    if slug == "sapphire" && code.count == 2 && !words[at + 1].is_glued() {
        return None;
    }
    let key = match slug {
        // `912-V390-009` and `V390-009R` are one product.
        "msi" => MpnKey::of(
            texts[code.count.saturating_sub(2)..code.count]
                .concat()
                .trim_end_matches(|c: char| c.is_ascii_lowercase()),
        ),
        "powercolor" => MpnKey::of(texts[..code.count].concat().trim_start_matches("ax")),
        _ => MpnKey::of(&texts[..code.count].concat()),
    };
    Some(Found { at, count: code.count, key, house: Some(slug), facts: code.facts, is_name: false })
}

fn text<'t>(words: &[&'t str], at: usize) -> &'t str {
    words.get(at).copied().unwrap_or_default()
}

/// `08G-P5-3751-KR`.
fn evga(words: &[&str]) -> Option<Code> {
    let size_gb = |text: &str| text.get(..2).and_then(|digits| digits.parse().ok()).and_then(memory::from_gb);
    let first = text(words, 0);
    if fits(first, "DDgpDDDDDAA") {
        return Some(Code::of(1, Facts { memory_mb: size_gb(first), ..Facts::default() }));
    }
    let fits_all = fits(first, "DDg") && fits(text(words, 1), "pD") && fits(text(words, 2), "DDDD");
    if !fits_all || text(words, 3).len() > 3 {
        return None;
    }
    Some(Code::of(4.min(words.len()), Facts { memory_mb: size_gb(first), ..Facts::default() }))
}

/// `ZT-A30900D-10P`.
fn zotac(words: &[&str]) -> Option<Code> {
    let model = |text: &str| fits(text.get(..6).unwrap_or_default(), "ADDDDD") && matches!(text.len(), 6..=8);
    (text(words, 0) == "zt" && model(text(words, 1))).then(|| {
        let box_follows = text(words, 2).starts_with(|c: char| c.is_ascii_digit())
            && (3..=6).contains(&text(words, 2).len());
        Code::of(2 + usize::from(box_follows), Facts::default())
    })
}

/// `VCG5060T16TFXXPB1-O`: the chip's number, `T` or `S`, the size, `-O` for overclocked.
fn pny(words: &[&str]) -> Option<Code> {
    let first = text(words, 0);
    if first.starts_with("vcn") && first.len() >= 8 {
        return Some(Code::of(1, Facts::default()));
    }
    let body = first.strip_prefix("vcg").filter(|body| body.len() >= 8)?;
    let count = 1 + usize::from(text(words, 1) == "o");
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = body.split_at(digits.min(4));
    let (suffix, rest) = [("tis", "ti super"), ("ti", "ti"), ("ts", "ti super"), ("t", "ti"), ("s", "super")]
        .into_iter()
        .find_map(|(written, suffix)| Some((suffix, rest.strip_prefix(written)?)))
        .unwrap_or(("", rest));
    let family = ["rtx", "gtx"].into_iter().find(|family| known(family, number, suffix).is_some());
    let size_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let facts = Facts {
        chip: family.map(|family| ChipName { family, number: number.to_owned(), suffix: suffix.to_owned() }),
        memory_mb: rest[..size_digits].parse().ok().and_then(memory::from_gb).filter(|_| family.is_some()),
        oc: (count == 2).then_some(true),
        line: "",
    };
    Some(Code::of(count, facts))
}

/// `11304-01-20G`.
fn sapphire(words: &[&str]) -> Option<Code> {
    let is_code = fits(text(words, 0), "DDDDD") && fits(text(words, 1), "DD");
    let count = if fits(text(words, 2), "DDg") { 3 } else { 2 };
    is_code.then(|| Code::of(count, Facts::default()))
}

/// `100416NT+8GSR`.
fn sapphire_marketing(words: &[&str]) -> Option<Code> {
    let is_code = fits(text(words, 0).get(..6).unwrap_or_default(), "100DDD") && text(words, 0).len() > 6;
    let count = if text(words, 1).starts_with(|c: char| c.is_ascii_digit()) && text(words, 1).len() >= 4 {
        2
    } else {
        1
    };
    is_code.then(|| Code::of(count, Facts::default()))
}

/// `C30804-106XX-1810VA36`, `N407S2-126X-186162N`.
fn inno3d(words: &[&str]) -> Option<Code> {
    let (first, second, third) = (text(words, 0), text(words, 1), text(words, 2));
    let model = first.starts_with(['c', 'n']) && (5..=8).contains(&first.len()) && fits(&first[1..4], "DDD");
    let memory = (3..=6).contains(&second.len()) && fits(&second[..2], "DD");
    let assembly = (7..=10).contains(&third.len())
        && fits(&third[..4], "DDDD")
        && third.contains(|c: char| c.is_ascii_lowercase());
    (model && memory && assembly).then(|| {
        let memory_mb = second[..2].parse().ok().and_then(memory::from_gb);
        Code::of(3, Facts { memory_mb, ..Facts::default() })
    })
}

/// `NED407SS19K9-1043D`, of Palit and Gainward.
fn palit(words: &[&str]) -> Option<Code> {
    let (first, second) = (text(words, 0), text(words, 1));
    let digits = first.bytes().filter(u8::is_ascii_digit).count();
    let model = first.starts_with("ne") && (11..=14).contains(&first.len()) && digits >= 5;
    let board = (3..=6).contains(&second.len()) && fits(&second[..3], "DDD");
    let board = board || (4..=6).contains(&second.len()) && fits(&second[..2], "DD");
    model.then(|| Code::of(1 + usize::from(board), Facts::default()))
}

/// `912-V390-009`, `V390-263R`.
fn msi(words: &[&str]) -> Option<Code> {
    if fits(text(words, 0), "vDDDDDDA") {
        return Some(Code::of(1, Facts::default()));
    }
    let start = usize::from(matches!(text(words, 0), "912" | "602"));
    let product = text(words, start + 1);
    let is_code = fits(text(words, start), "vDDD") && (fits(product, "DDD") || fits(product, "DDDA"));
    is_code.then(|| Code::of(start + 2, Facts::default()))
}

/// `DP.Z4FWW.P01`.
fn acer(words: &[&str]) -> Option<Code> {
    let is_code = text(words, 0) == "dp" && fits(text(words, 1), "XXXXX") && fits(text(words, 2), "pDD");
    is_code.then(|| Code::of(3, Facts::default()))
}

/// `90-GA1LZZ-00UANF`.
fn asrock_factory(words: &[&str]) -> Option<Code> {
    let is_code = text(words, 0) == "90" && fits(text(words, 1), "gaXXXX");
    is_code.then(|| Code::of(3.min(words.len()), Facts::default()))
}

/// ASRock's short forms of its lines; other words between chip and size are a title's.
const ASROCK_LINES: &[&str] =
    &["aqua", "cl", "cld", "clp", "clw", "fm", "pg", "pgd", "pgr", "pgw", "sl", "sld", "slw", "tc", "tcw"];

/// `RX5500XT CLD 8GO`: an `O` behind the size for overclocked.
fn asrock(words: &[&str]) -> Option<Code> {
    let (first, line, size) = (text(words, 0), text(words, 1), text(words, 2));
    let word = Word::alone(first);
    let chip =
        mentions(std::slice::from_ref(&word)).into_iter().find(|mention| mention.rest.is_empty())?.chip;
    let digits = size.bytes().take_while(u8::is_ascii_digit).count();
    let has_oc = match &size[digits..] {
        "go" => true,
        "g" => false,
        _ => return None,
    };
    let is_line = ASROCK_LINES.contains(&line);
    is_line.then(|| {
        let memory_mb = size[..digits].parse().ok().and_then(memory::from_gb);
        Code::of(3, Facts { chip: Some(chip), memory_mb, oc: Some(has_oc), line: "" })
    })
}

/// `RX-55XT8DFD6`, `RX-97TSWF3B9`.
fn xfx(words: &[&str]) -> Option<Code> {
    let (body, count) = match text(words, 0) {
        "rx" => (text(words, 1), 2),
        first => (first.strip_prefix("rx")?, 1),
    };
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let has_more_digits = body.bytes().skip(digits).any(|byte| byte.is_ascii_digit());
    let letters = body.bytes().filter(u8::is_ascii_lowercase).count();
    if !(2..=3).contains(&digits)
        || !(8..=12).contains(&body.len())
        || letters < 3
        || !(has_more_digits || letters > 5)
    {
        return None;
    }
    let behind = body[digits..].trim_start_matches(|c: char| c.is_ascii_lowercase());
    let is_size = memory::sizes(&[Word::alone(behind)]);
    if !is_size.is_empty() {
        return None;
    }
    let number = if digits == 2 { format!("{}00", &body[..2]) } else { body[..3].to_owned() };
    let has_suffix = body[digits..].starts_with("xt") && known("rx", &number, "xt").is_some();
    let chip = has_suffix.then(|| ChipName { family: "rx", number, suffix: "xt".to_owned() });
    Some(Code::of(count, Facts { chip, ..Facts::default() }))
}

/// `AXRX 5700XT 8GBD6-M3DH`, `RX6700XT 12GBD6-3DHE/OC`.
fn powercolor(words: &[&str]) -> Option<Code> {
    let start = usize::from(matches!(text(words, 0), "axrx" | "rx"));
    let size = text(words, start + 1);
    let form = size.find("gbd").filter(|at| (1..=2).contains(at) && size.len() <= at + 6)?;
    let chip_text = text(words, start);
    if !text(words, 0).contains("rx")
        || !chip_text.contains(|c: char| c.is_ascii_digit())
        || words.len() < start + 3
    {
        return None;
    }
    let memory_mb = size[..form].parse().ok().and_then(memory::from_gb);
    Some(Code::of(start + 3, Facts { memory_mb, ..Facts::default() }))
}

/// `47NOM7MD7LPK`.
fn galax(words: &[&str]) -> Option<Code> {
    let first = text(words, 0);
    let is_code = matches!(first.len(), 11..=13)
        && fits(&first[..5], "DDAAA")
        && first.bytes().skip(5).any(|byte| byte.is_ascii_digit());
    is_code.then(|| Code::of(1, Facts::default()))
}
