//! The technical words of a title that are numbers with units, ports and buses: nothing in them names a product.

use super::words::Word;

const PORTS: &[&str] = &[
    "hdmi",
    "dp",
    "dpx3",
    "displayport",
    "displayports",
    "dport",
    "dvi",
    "dvid",
    "dvii",
    "vga",
    "dsub",
    "usb",
    "usbc",
    "typec",
    "xdp",
    "xhdmi",
    "fans",
    "ports",
];

/// Marks those words. `vga` counts as a port only beside a number: many shops write it for "video card".
pub(super) fn mark(words: &[Word], taken: &mut [bool]) {
    for at in 0..words.len() {
        let text = words[at].text.as_str();
        if is_port(text) {
            taken[at] = true;
            mark_count(words, at, taken);
        } else if is_bus(words, at) {
            taken[at] = true;
            mark_bus(words, at, taken);
        } else if is_measure(text) {
            taken[at] = true;
        } else if let Some(next) = words.get(at + 1)
            && is_number(text)
            && is_unit(&next.text)
        {
            taken[at..=at + 1].fill(true);
        }
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn is_port(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let bare = if bare.len() < text.len() { bare.strip_prefix('x').unwrap_or(bare) } else { bare };
    PORTS.contains(&bare) || PORTS.contains(&text)
}

/// `2x HDMI`, `HDMI x2`, `3 x DP 1.4a`, `Mini DP`.
fn mark_count(words: &[Word], at: usize, taken: &mut [bool]) {
    // `X2 HDMI` is no count: the sign stands behind the number, or the number behind the port.
    let is_count = |text: &str| {
        matches!(text.as_bytes(), [b'1'..=b'8', b'x'] | [b'1'..=b'8' | b'x'])
            || text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.')
            || matches!(text, "mini" | "d" | "i" | "c" | "type")
    };
    for before in (at.saturating_sub(3)..at).rev() {
        if !is_count(&words[before].text) {
            break;
        }
        taken[before] = true;
    }
    // What follows a port counts the next one unless a multiplication sign says that it counts this one.
    for behind in at + 1..(at + 3).min(words.len()) {
        let text = words[behind].text.as_str();
        let is_version = text.contains('.') && text.starts_with(|c: char| c.is_ascii_digit());
        if !(is_version || matches!(text.as_bytes(), [b'x', b'1'..=b'8'] | [b'd' | b'i'])) {
            break;
        }
        taken[behind] = true;
    }
}

fn is_bus(words: &[Word], at: usize) -> bool {
    matches!(words[at].text.as_str(), "pcie" | "pciex16" | "pci" | "pcix16" | "agp")
        || words[at].text == "express" && at > 0 && words[at - 1].text == "pci"
        || words[at].text == "e" && words[at].is_glued() && at > 0 && words[at - 1].text == "pci"
}

fn mark_bus(words: &[Word], at: usize, taken: &mut [bool]) {
    for behind in at + 1..(at + 5).min(words.len()) {
        let text = words[behind].text.as_str();
        let belongs = matches!(
            text,
            "x16"
                | "x8"
                | "x4"
                | "x1"
                | "16x"
                | "8x"
                | "4x"
                | "e"
                | "gen"
                | "express"
                | "gen3"
                | "gen4"
                | "gen5"
                | "x"
        ) || is_number(text);
        if !belongs {
            break;
        }
        taken[behind] = true;
    }
}

/// `192bit`, `750w`, `21gbps`, `1771mhz`, `x16`.
pub(super) fn is_measure(text: &str) -> bool {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    (digits > 0 && is_unit(&text[digits..])) || matches!(text, "x16" | "x8" | "16x" | "8x")
}

fn is_unit(text: &str) -> bool {
    matches!(
        text,
        "bit"
            | "bits"
            | "bita"
            | "w"
            | "watt"
            | "watts"
            | "vatt"
            | "gbps"
            | "gbs"
            | "mhz"
            | "ghz"
            | "mgts"
            | "ggts"
            | "mm"
            | "cm"
            | "nm"
            | "rpm"
            | "pin"
            | "pins"
            | "fps"
            | "hz"
            | "years"
            | "year"
            | "jahre"
            | "mh"
            | "bitowa"
            | "bitovaya"
            | "bitnaya"
    )
}
