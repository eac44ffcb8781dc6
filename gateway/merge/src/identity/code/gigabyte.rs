//! Gigabyte's codes: `GV-N3080EAGLE OC-10GD`, `GV-R68XTGAMING OC-16GD`, `GVN306TGOP-00-10`.
//!
//! After `GV-` comes `N` (NVIDIA) or `R` (AMD) with the chip's number, of which the last zero is left out where a
//! letter follows for its suffix; then the line, `OC`, and the size with the type of memory.

use super::{Facts, Found, MpnKey, fits};
use crate::identity::chip::{ChipName, known};
use crate::identity::memory;
use crate::identity::words::Word;
use crate::vocabulary::lines::GIGABYTE_CODE;

/// A code of more words than this is not one.
const MAX_WORDS: usize = 6;

pub(super) fn at(words: &[Word], at: usize) -> Option<Found> {
    let first = words[at].text.as_str();
    if !(first == "gv" || first.len() > 6 && (first.starts_with("gvn") || first.starts_with("gvr"))) {
        return None;
    }
    let mut body = String::new();
    let mut count = 0;
    let mut memory_mb = None;
    for word in words[at..].iter().take(MAX_WORDS) {
        let text = if count == 0 { first.trim_start_matches("gv") } else { word.text.as_str() };
        count += 1;
        if body.len() > 4 && fits(text, "DD") {
            continue;
        }
        if let Some((before, size_mb)) = size_at_end(text) {
            body.push_str(before);
            memory_mb = Some(size_mb);
            break;
        }
        body.push_str(text);
    }
    let is_factory = words.get(at + 2).is_some_and(|word| word.text == "10") && words[at + 1].text == "00";
    if is_factory {
        let key = MpnKey::of_words(&words[at..at + 3]);
        return Some(found(at, 3, key, Facts::default()));
    }
    memory_mb?;
    let key = MpnKey::of_words(&words[at..at + count]);
    let (chip, line) = chip_of(&body).map_or((None, body.as_str()), |(chip, line)| (Some(chip), line));
    let has_oc = line.contains("oc");
    let line = line.replacen("oc", "", usize::from(!line.contains("ocpro")));
    let name =
        GIGABYTE_CODE.iter().filter(|(code, _)| line.starts_with(code)).max_by_key(|(code, _)| code.len());
    // Of the AORUS cards, the clocks are in no code.
    let is_aorus = line.starts_with("aorus");
    let oc = (has_oc || !is_aorus).then_some(has_oc);
    let facts = Facts { chip, memory_mb, oc, line: name.map_or("", |(_, name)| name) };
    Some(found(at, count, key, facts))
}

fn found(at: usize, count: usize, key: MpnKey, facts: Facts) -> Found {
    Found { at, count, key, house: Some("gigabyte"), facts, is_name: false }
}

/// `10gd`, `gaming3gd`, `n1070ixoc8gd`: what stands before the size, and the size in MB.
fn size_at_end(text: &str) -> Option<(&str, u32)> {
    let letters = text.bytes().rev().take_while(u8::is_ascii_lowercase).count();
    let bare = &text[..text.len() - letters];
    let unit = &text[text.len() - letters..];
    if !unit.starts_with('g') || unit.len() > 3 {
        return None;
    }
    let digits = bare.bytes().rev().take_while(u8::is_ascii_digit).count().min(2);
    let (before, number) = bare.split_at(bare.len() - digits);
    Some((before, memory::from_gb(number.parse().ok()?)?))
}

/// The chip at the start of a code's body, and the rest.
fn chip_of(body: &str) -> Option<(ChipName, &str)> {
    let (maker, rest) = (body.get(..1)?, body.get(1..)?);
    let rest = if maker == "r" { rest.strip_prefix('x').unwrap_or(rest) } else { rest };
    if let Some(vega) = rest.strip_prefix("vega").filter(|_| maker == "r") {
        let number = ["56", "64"].into_iter().find(|number| vega.starts_with(number))?;
        let chip = ChipName { family: "rx", number: format!("vega {number}"), suffix: String::new() };
        return Some((chip, &vega[2..]));
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let families: &[&'static str] = match maker {
        "n" => &["rtx", "gtx", "gt"],
        "r" => &["rx", "r9", "r7", "r5"],
        _ => return None,
    };
    // The letter alone stands for the last zero; behind the whole number the suffix is written out, and what
    // could be one may as well be the beginning of `TURBO`.
    let suffixes: &[(&str, &str)] = match (maker, digits) {
        ("n", 4) => &[("tis", "ti super"), ("ti", "ti"), ("s", "super"), ("", "")],
        ("n", _) => &[("ts", "ti super"), ("t", "ti"), ("s", "super"), ("", "")],
        _ => &[("xtx", "xtx"), ("xt", "xt"), ("gre", "gre"), ("", "")],
    };
    let numbers = [
        (digits == 4 || digits == 3).then(|| rest[..digits].to_owned()),
        (digits == 3).then(|| format!("{}0", &rest[..3])),
        (digits == 2).then(|| format!("{}00", &rest[..2])),
    ];
    for (written, suffix) in suffixes {
        let Some(line) = rest.get(digits..)?.strip_prefix(written) else { continue };
        if maker == "n" && digits == 4 && !written.is_empty() && !starts_a_line(line) {
            continue;
        }
        for number in numbers.iter().flatten() {
            if let Some(family) = families.iter().find(|family| known(family, number, suffix).is_some()) {
                let chip = ChipName { family, number: number.clone(), suffix: (*suffix).to_owned() };
                return Some((chip, line));
            }
        }
    }
    None
}

/// Whether a line can begin here.
fn starts_a_line(text: &str) -> bool {
    text.is_empty()
        || ["oc", "lp"]
            .iter()
            .chain(GIGABYTE_CODE.iter().map(|(code, _)| code))
            .any(|code| text.starts_with(code))
}
