//! Which chip a text names, with every suffix that matters.
//!
//! Names are read by their grammar, so that a chip which no table knows is read all the same where its family
//! stands before its number. Where letters and digits run into each other the table of known chips decides.

use super::{ChipName, known, number_is_known};
use crate::identity::words::Word;

/// A chip that a text names, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) at: usize,
    pub(crate) count: usize,
    pub(crate) chip: ChipName,
    /// What follows the name in the same word: `12g` in `RTX306012G`.
    pub(crate) rest: String,
}

/// Every chip that the words name, in their order.
pub(crate) fn mentions(words: &[Word]) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match mention_at(words, at) {
            Some(mention) => {
                at += mention.count;
                found.push(mention);
            }
            None => at += 1,
        }
    }
    if found.is_empty() {
        found = bare_numbers(words);
    }
    found
}

const FAMILIES: &[(&str, &str)] = &[
    ("rtx", "rtx"),
    ("gtx", "gtx"),
    ("gts", "gts"),
    ("gt", "gt"),
    ("geforce", "geforce"),
    ("rx", "rx"),
    ("r9", "r9"),
    ("r7", "r7"),
    ("r5", "r5"),
    ("hd", "hd"),
    ("vega", "rx"),
    ("radeon", "radeon"),
    ("arc", "arc"),
    ("quadro", "quadro"),
    ("titan", "titan"),
    ("firepro", "firepro"),
    ("nvs", "nvs"),
    ("tesla", "tesla"),
];

fn mention_at(words: &[Word], at: usize) -> Option<Mention> {
    let text = words[at].text.as_str();
    let (prefix, family) = FAMILIES.iter().find(|(prefix, _)| text.starts_with(prefix)).copied()?;
    let rest = &text[prefix.len()..];
    let (mut name_at, mut rest) = (at, rest.to_owned());
    if rest.is_empty() {
        name_at += 1;
        rest.clone_from(&words.get(name_at)?.text);
    }
    let reader = Reader { words, at, family };
    match family {
        "rtx" => reader.rtx(name_at, &rest),
        "rx" if prefix == "vega" || rest.starts_with("vega") => {
            reader.vega(name_at, rest.strip_prefix("vega").unwrap_or(&rest))
        }
        "radeon" => reader.radeon(name_at, &rest),
        "arc" => reader.arc(name_at, &rest),
        "quadro" => reader.quadro(name_at, &rest),
        "titan" => reader.named(name_at, &rest, &["rtx", "xp", "x", "v", "black", "z"]),
        "r9" if matches!(rest.as_str(), "fury" | "nano") => Some(reader.fury(name_at, &rest)),
        "nvs" | "tesla" | "firepro" => reader.plain(name_at, &rest, family),
        _ => reader.numbered(name_at, &rest, family),
    }
}

struct Reader<'w> {
    words: &'w [Word],
    /// Where the family stands.
    at: usize,
    family: &'static str,
}

impl Reader<'_> {
    fn mention(&self, last: usize, family: &'static str, number: &str, suffix: &str, rest: &str) -> Mention {
        let chip = ChipName { family, number: number.to_owned(), suffix: suffix.to_owned() };
        Mention { at: self.at, count: last + 1 - self.at, chip, rest: rest.to_owned() }
    }

    fn text(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.text.as_str())
    }

    /// `4070`, `1080ti`, `6700xt`, `306012g`, with the suffix in the words that follow.
    fn numbered(&self, name_at: usize, text: &str, family: &'static str) -> Option<Mention> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let length = number_length(family, &text[..digits])?;
        let (number, glued) = text.split_at(length);
        let family = if family == "geforce" { family_of_geforce(number) } else { family };
        let (glued_suffix, rest) = glued_suffix(family, number, glued);
        let suffix = Suffix { family, number, glued: glued_suffix };
        let (suffix, last) = if rest.is_empty() {
            suffix.extended(self.words, name_at)
        } else {
            (suffix.glued.to_owned(), name_at)
        };
        Some(self.mention(last, family, number, &suffix, rest))
    }

    fn rtx(&self, name_at: usize, text: &str) -> Option<Mention> {
        if text == "pro" {
            let number = self.text(name_at + 1).to_owned();
            let digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
            let blackwell = usize::from(self.text(name_at + 2) == "blackwell");
            let last = name_at + 1 + blackwell;
            let (edition, more) = match (self.text(last + 1), self.text(last + 2)) {
                ("max", "q") => ("max-q", 2),
                ("maxq", _) => ("max-q", 1),
                ("server", _) => ("server", 1),
                _ => ("", 0),
            };
            return digits.then(|| self.mention(last + more, "rtx pro", &number, edition, ""));
        }
        if text.starts_with('a') && is_number(&text[1..], 3..=4) {
            return Some(self.mention(name_at, "rtx", text, "", ""));
        }
        let mention = self.numbered(name_at, text, "rtx")?;
        let professional =
            matches!(mention.chip.number.as_str(), "2000" | "4000" | "4500" | "5000" | "6000" | "8000");
        if !professional {
            return Some(mention);
        }
        let sff = usize::from(self.text(name_at + 1) == "sff");
        if self.text(name_at + 1 + sff) == "ada" {
            let suffix = if sff == 1 { "sff ada" } else { "ada" };
            return Some(self.mention(name_at + 1 + sff, "rtx", &mention.chip.number, suffix, ""));
        }
        Some(self.mention(name_at, "quadro rtx", &mention.chip.number, "", ""))
    }

    fn vega(&self, name_at: usize, text: &str) -> Option<Mention> {
        let (name_at, text) = if text.is_empty() {
            (name_at + 1, self.text(name_at + 1).to_owned())
        } else {
            (name_at, text.to_owned())
        };
        let number = ["56", "64"].into_iter().find(|number| text.starts_with(number))?;
        Some(self.mention(name_at, "rx", &format!("vega {number}"), "", &text[2..]))
    }

    fn radeon(&self, name_at: usize, text: &str) -> Option<Mention> {
        match text {
            "vii" => Some(self.mention(name_at, "radeon", "vii", "", "")),
            "pro" | "ai" => {
                let skip = usize::from(text == "ai" && self.text(name_at + 1) == "pro");
                let mut number_at = name_at + 1 + skip;
                let mut number = self.text(number_at).to_owned();
                if number == "wx" || number == "w" || number == "r" {
                    number_at += 1;
                    number.push_str(self.text(number_at));
                }
                let digits = number.bytes().filter(u8::is_ascii_digit).count();
                let family = if text == "ai" { "radeon ai pro" } else { "radeon pro" };
                (digits >= 3 || number == "vii").then(|| self.mention(number_at, family, &number, "", ""))
            }
            "r" => None,
            _ if text.len() == 4
                && text.bytes().all(|byte| byte.is_ascii_digit())
                && number_is_known("rx", text) =>
            {
                self.numbered(name_at, text, "rx")
            }
            _ => None,
        }
    }

    fn arc(&self, name_at: usize, text: &str) -> Option<Mention> {
        let (family, name_at, text) = if text == "pro" {
            ("arc pro", name_at + 1, self.text(name_at + 1))
        } else {
            ("arc", name_at, text)
        };
        let is_name = matches!(text.as_bytes().first(), Some(b'a'..=b'e')) && text.len() >= 3;
        let digits = text.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        if !is_name || !(2..=3).contains(&digits) {
            return None;
        }
        Some(self.mention(name_at, family, &text[..=digits], "", &text[digits + 1..]))
    }

    fn quadro(&self, name_at: usize, text: &str) -> Option<Mention> {
        if let Some(rest) = text.strip_prefix("rtx") {
            let (at, number) =
                if rest.is_empty() { (name_at + 1, self.text(name_at + 1)) } else { (name_at, rest) };
            let family = if number.starts_with('a') { "rtx" } else { "quadro rtx" };
            return is_number(number.trim_start_matches('a'), 4..=4)
                .then(|| self.mention(at, family, number, "", ""));
        }
        self.plain(name_at, text, "quadro")
    }

    /// One word with three digits or more: `p2000`, `k620`, `510`.
    fn plain(&self, name_at: usize, text: &str, family: &'static str) -> Option<Mention> {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        ((1..=4).contains(&digits) && text.len() <= 6).then(|| self.mention(name_at, family, text, "", ""))
    }

    fn named(&self, name_at: usize, text: &str, names: &[&str]) -> Option<Mention> {
        names.contains(&text).then(|| self.mention(name_at, self.family, text, "", ""))
    }

    fn fury(&self, name_at: usize, text: &str) -> Mention {
        let is_x = self.text(name_at + 1) == "x";
        let suffix = if is_x { "x" } else { "" };
        self.mention(name_at + usize::from(is_x), "r9", text, suffix, "")
    }
}

fn is_number(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many of some digits are a chip's number; the others are a size that runs into it.
fn number_length(family: &str, digits: &str) -> Option<usize> {
    let length = digits.len();
    match (family, length) {
        ("rtx", 4..=6) => Some(4),
        ("r9" | "r7" | "r5", 3..=5) => Some(3),
        ("gt" | "gts" | "gtx" | "rx" | "hd" | "geforce", 3..=6) => {
            let is_known = |length: usize| {
                let family = if family == "geforce" { family_of_geforce(&digits[..length]) } else { family };
                length <= digits.len() && number_is_known(family, &digits[..length])
            };
            if length >= 4 && is_known(4) {
                Some(4)
            } else if length > 3 && is_known(3) {
                Some(3)
            } else {
                (length <= 4).then_some(length)
            }
        }
        _ => None,
    }
}

/// The family of a number that follows `GeForce` alone.
fn family_of_geforce(number: &str) -> &'static str {
    ["rtx", "gtx", "gt"].into_iter().find(|family| number_is_known(family, number)).unwrap_or("geforce")
}

/// The suffix that is written in one word with the number, and what stands behind it.
fn glued_suffix<'t>(family: &str, number: &str, glued: &'t str) -> (&'static str, &'t str) {
    const SUFFIXES: &[(&str, &str)] = &[
        ("tisuper", "ti super"),
        ("tis", "ti super"),
        ("ts", "ti super"),
        ("ti", "ti"),
        ("super", "super"),
        ("xtx", "xtx"),
        ("xt", "xt"),
        ("gre", "gre"),
        ("le", "le"),
        ("s", "super"),
        ("d", "d"),
        ("m", "m"),
        ("x", "x"),
        ("a", "a"),
    ];
    for (written, suffix) in SUFFIXES {
        let Some(rest) = glued.strip_prefix(written) else { continue };
        let followed_by_letter = rest.starts_with(|c: char| c.is_ascii_alphabetic() && c != 'o');
        let is_word = written.len() > 1 || *suffix == "x" && family.starts_with('r') && family.len() == 2;
        let is_known = known(family, number, suffix).is_some();
        if is_known
            || (!followed_by_letter && (is_word || rest.is_empty() && matches!(*suffix, "m" | "d" | "a")))
        {
            return (suffix, rest);
        }
    }
    ("", glued)
}

struct Suffix<'t> {
    family: &'static str,
    number: &'t str,
    glued: &'static str,
}

impl Suffix<'_> {
    /// The suffix with what the words behind the number add to it, and the last word that belongs to it.
    fn extended(&self, words: &[Word], number_at: usize) -> (String, usize) {
        let mut suffix = self.glued.to_owned();
        let mut last = number_at;
        while let Some(word) = words.get(last + 1) {
            let adds = match (suffix.as_str(), word.text.as_str()) {
                ("", text @ ("ti" | "super")) if self.is_nvidia() && self.is_possible(text) => text,
                ("", text @ ("xt" | "xtx" | "gre" | "le" | "2048sp")) if !self.is_nvidia() => text,
                ("", "x") if self.family.len() == 2 && known(self.family, self.number, "x").is_some() => "x",
                ("", "d") if known(self.family, self.number, "d").is_some() => "d",
                ("", "s") if known(self.family, self.number, "super").is_some() => "super",
                ("", "tis") if known(self.family, self.number, "ti super").is_some() => "ti super",
                ("ti", "super") if self.is_possible("ti super") => "super",
                ("d", "v2") if self.number == "5090" => "v2",
                (_, "laptop" | "mobile" | "maxq") if !suffix.ends_with("laptop") => "laptop",
                (_, "max") if words.get(last + 2).is_some_and(|next| next.text == "q") => {
                    last += 1;
                    "laptop"
                }
                _ => break,
            };
            if !suffix.is_empty() {
                suffix.push(' ');
            }
            suffix.push_str(adds);
            last += 1;
        }
        (suffix, last)
    }

    fn is_nvidia(&self) -> bool {
        matches!(self.family, "rtx" | "gtx" | "gt" | "gts" | "geforce")
    }

    /// Whether the table has this chip, or nothing of its number at all.
    fn is_possible(&self, suffix: &str) -> bool {
        !number_is_known(self.family, self.number) || known(self.family, self.number, suffix).is_some()
    }
}

/// `MSI 3070 Ti Ventus`: numbers without their family, of which the table must know one.
fn bare_numbers(words: &[Word]) -> Vec<Mention> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let digits = word.text.bytes().take_while(u8::is_ascii_digit).count();
        let unit_follows = words
            .get(at + 1)
            .is_some_and(|next| matches!(next.text.as_str(), "mhz" | "mb" | "w" | "mm" | "rpm" | "sp"));
        if digits != 4 || unit_follows {
            let is_t = word
                .text
                .strip_prefix('t')
                .is_some_and(|number| is_number(number, 3..=4) && number.ends_with("00"));
            if is_t && words.iter().any(|word| matches!(word.text.as_str(), "nvidia" | "quadro")) {
                found.push(Reader { words, at, family: "nvidia" }.mention(at, "nvidia", &word.text, "", ""));
            }
            let is_arc = matches!(word.text.as_bytes(), [b'a' | b'b', b'1'..=b'9', b'0'..=b'9', b'0']);
            let intel = is_arc && words.iter().any(|word| word.text == "intel");
            if intel && known("arc", &word.text, "").is_some() {
                found.push(Reader { words, at, family: "arc" }.mention(at, "arc", &word.text, "", ""));
            }
            continue;
        }
        let number = &word.text[..4];
        let families = ["rtx", "gtx", "rx"].into_iter().filter(|family| number_is_known(family, number));
        for family in families {
            let reader = Reader { words, at, family };
            found.extend(reader.numbered(at, &word.text, family).filter(|mention| {
                known(mention.chip.family, &mention.chip.number, &mention.chip.suffix).is_some()
            }));
        }
    }
    found
}
