//! Technologies: one code and one name each, however shops write them.

use events::SupportedTechnology;

use super::{Unreadable, text};

/// What follows a technology's name.
#[derive(Clone, Copy)]
enum Version {
    /// Nothing that counts.
    None,
    /// A number: `3.5`.
    Number,
    /// A number and whether it is the Ultimate one.
    DirectX,
    /// A grade: `Premium`, `Premium Pro`.
    Grade,
}

/// One technology: its code, its name, its version, and what it is also called, in the form of [`words`].
struct Known {
    code: &'static str,
    name: &'static str,
    version: Version,
    aliases: &'static [&'static str],
}

const fn known(
    code: &'static str,
    name: &'static str,
    version: Version,
    aliases: &'static [&'static str],
) -> Known {
    Known { code, name, version, aliases }
}

/// To be extended by a line. Of several aliases that fit, the longest counts.
const KNOWN: &[Known] = &[
    known(
        "ray-tracing",
        "Ray Tracing",
        Version::None,
        &[
            "ray tracing",
            "raytracing",
            "rtx",
            "rtx on",
            "real time ray tracing",
            "directx raytracing",
            "dxr",
            "ray accelerators",
            "трассировка лучей",
            "rt cores",
        ],
    ),
    known("dlss", "DLSS", Version::Number, &["dlss", "deep learning super sampling", "rtx dlss"]),
    known("reflex", "Reflex", Version::Number, &["reflex", "reflex low latency"]),
    known("g-sync", "G-SYNC", Version::None, &["g sync", "gsync", "g sync compatible", "gsync compatible"]),
    known("adaptive-sync", "Adaptive-Sync", Version::None, &["adaptive sync", "vesa adaptive sync"]),
    known("freesync", "FreeSync", Version::Grade, &["freesync", "free sync"]),
    known(
        "fsr",
        "FSR",
        Version::Number,
        &["fsr", "fidelityfx super resolution", "super resolution", "fidelity fx super resolution"],
    ),
    known("rsr", "Radeon Super Resolution", Version::None, &["rsr", "radeon super resolution"]),
    known("fluid-motion-frames", "Fluid Motion Frames", Version::Number, &["fluid motion frames", "afmf"]),
    known("anti-lag", "Anti-Lag", Version::Number, &["anti lag", "antilag"]),
    known("xess", "XeSS", Version::Number, &["xess", "xe super sampling"]),
    known("directx", "DirectX", Version::DirectX, &["directx", "dx", "direct x", "direct 3 d"]),
    known("vulkan", "Vulkan", Version::Number, &["vulkan", "vulkan api"]),
    known("opengl", "OpenGL", Version::Number, &["opengl", "open gl"]),
    known("opencl", "OpenCL", Version::Number, &["opencl", "open cl"]),
    known("cuda", "CUDA", Version::Number, &["cuda", "cuda compute capability", "compute capability"]),
    known(
        "resizable-bar",
        "Resizable BAR",
        Version::None,
        &["resizable bar", "resizeable bar", "rebar", "re bar", "smart access memory", "sam"],
    ),
    known("nvenc", "NVENC", Version::None, &["nvenc", "encoder"]),
    known(
        "av1-encode",
        "AV1 Encode",
        Version::None,
        &["av 1", "av 1 encode", "av 1 encoding", "av 1 encoder"],
    ),
    known("hdcp", "HDCP", Version::Number, &["hdcp"]),
    known("vr-ready", "VR Ready", Version::None, &["vr ready", "vr"]),
    known("nvlink", "NVLink", Version::None, &["nvlink", "nv link"]),
    known("sli", "SLI", Version::None, &["sli"]),
    known("crossfire", "CrossFire", Version::None, &["crossfire", "cross fire", "crossfirex"]),
    known("physx", "PhysX", Version::None, &["physx"]),
    known("ansel", "Ansel", Version::None, &["ansel"]),
    known("hdr", "HDR", Version::None, &["hdr", "hdr 10"]),
    known("eyefinity", "Eyefinity", Version::None, &["eyefinity"]),
    known("gpu-boost", "GPU Boost", Version::Number, &["gpu boost"]),
    known("infinity-cache", "Infinity Cache", Version::None, &["infinity cache"]),
    known("xmx", "XMX", Version::None, &["xmx", "xe matrix extensions"]),
];

/// Words before a name that are not part of it.
const MAKERS: [&str; 11] = [
    "nvidia",
    "amd",
    "intel",
    "microsoft",
    "khronos",
    "geforce",
    "radeon",
    "arc",
    "hardware",
    "supports",
    "support",
];

/// Reads one technology; one that is not known here gets a code from its own words and keeps them as its
/// name. `None` where the shop says that the card doesn't have it.
pub fn technology(text: &str) -> Result<Option<SupportedTechnology>, Unreadable> {
    let name = text::name(text)?;
    let words = words(&name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.last().is_some_and(|word| ["no", "нет", "false"].contains(word)) {
        return Ok(None);
    }
    let candidates = [words.as_slice(), without_makers(&words)];
    let found = candidates.iter().find_map(|words| lookup(words));
    if let Some((known, rest)) = found {
        return Ok(Some(SupportedTechnology {
            code: known.code.to_owned(),
            name: known.name.to_owned(),
            version: version(known.version, rest),
        }));
    }
    let code = words.join("-");
    if code.is_empty() {
        Err(Unreadable::UnknownWords)
    } else {
        Ok(Some(SupportedTechnology { code, name, version: None }))
    }
}

/// Each code once, with its highest version, in the order in which they came.
pub fn unique(technologies: Vec<SupportedTechnology>) -> Vec<SupportedTechnology> {
    let mut unique: Vec<SupportedTechnology> = Vec::with_capacity(technologies.len());
    for technology in technologies {
        match unique.iter_mut().find(|other| other.code == technology.code) {
            Some(other) if rank(other.version.as_deref()) < rank(technology.version.as_deref()) => {
                *other = technology;
            }
            Some(_) => {}
            None => unique.push(technology),
        }
    }
    unique
}

/// Lower-case words of letters or digits; a dot between digits stays: `DX12_2` is `dx`, `12`, `2`.
fn words(text: &str) -> Vec<String> {
    #[derive(PartialEq)]
    enum Kind {
        Letters,
        Digits,
        Other,
    }
    let chars: Vec<char> = text.replace(['®', '™', '©'], " ").to_lowercase().chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut last = Kind::Other;
    for (at, &character) in chars.iter().enumerate() {
        let digit_at = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let kind =
            if character.is_ascii_digit() || (character == '.' && last == Kind::Digits && digit_at(at + 1)) {
                Kind::Digits
            } else if character.is_alphanumeric() {
                Kind::Letters
            } else {
                Kind::Other
            };
        match words.last_mut() {
            Some(word) if kind == last && kind != Kind::Other => word.push(character),
            _ if kind != Kind::Other => words.push(character.to_string()),
            _ => {}
        }
        last = kind;
    }
    words
}

fn without_makers<'a, 'w>(words: &'a [&'w str]) -> &'a [&'w str] {
    let makers = words.iter().take_while(|word| MAKERS.contains(word)).count();
    &words[makers..]
}

/// The technology whose longest alias begins the words, and the words after it.
fn lookup<'a, 'w>(words: &'a [&'w str]) -> Option<(&'static Known, &'a [&'w str])> {
    let first = words.first()?;
    let mut best: Option<(&Known, usize)> = None;
    for known in KNOWN {
        // Most are told apart by their beginning, without being taken into words.
        for alias in known.aliases.iter().filter(|alias| alias.starts_with(first)) {
            let length = alias.split(' ').count();
            let begins = words.len() >= length && alias.split(' ').eq(words[..length].iter().copied());
            if begins
                && best.is_none_or(|(_, longest)| length > longest)
                && is_understood(known, &words[length..])
            {
                best = Some((known, length));
            }
        }
    }
    best.map(|(known, length)| (known, &words[length..]))
}

/// Whether what follows the name still speaks of the same technology: `RTX Video` is not ray tracing.
fn is_understood(known: &Known, rest: &[&str]) -> bool {
    match known.code {
        "ray-tracing" | "hdr" | "sli" | "nvenc" | "vr-ready" => rest
            .iter()
            .all(|word| RANK_AND_FILE.contains(word) || word.starts_with(|c: char| c.is_ascii_digit())),
        _ => true,
    }
}

/// Words after a name that don't make another technology of it.
const RANK_AND_FILE: [&str; 18] = [
    "support",
    "supported",
    "yes",
    "да",
    "есть",
    "ready",
    "gen",
    "generation",
    "th",
    "nd",
    "rd",
    "st",
    "core",
    "cores",
    "technology",
    "hardware",
    "v",
    "encoder",
];

fn version(kind: Version, rest: &[&str]) -> Option<String> {
    let number = || {
        let word = rest.iter().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        (word.len() <= 8).then(|| (*word).to_owned())
    };
    match kind {
        Version::Number => number(),
        Version::DirectX => {
            let number = number()?;
            // Feature level 12_2 is what is sold as Ultimate.
            let is_ultimate = rest.contains(&"ultimate") || rest.ends_with(&["12", "2"]) || number == "12.2";
            let major = number.split('.').next().unwrap_or_default();
            if is_ultimate {
                Some(format!("{major} Ultimate"))
            } else {
                Some(number.trim_end_matches(".0").to_owned())
            }
        }
        Version::Grade if rest.contains(&"premium") && rest.contains(&"pro") => {
            Some("Premium Pro".to_owned())
        }
        Version::Grade if rest.contains(&"premium") => Some("Premium".to_owned()),
        // FreeSync 2 was what Premium Pro is called today.
        Version::Grade if rest.first() == Some(&"2") => Some("Premium Pro".to_owned()),
        Version::Grade | Version::None => None,
    }
}

/// Orders versions of one technology: by their numbers, then by how much they say.
fn rank(version: Option<&str>) -> (Vec<u32>, usize) {
    let text = version.unwrap_or_default();
    let number = text.split(' ').next().unwrap_or_default();
    (number.split('.').filter_map(|part| part.parse().ok()).collect(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_technology_has_one_code_and_name_however_it_is_written() {
        let cases = [
            ("NVIDIA DLSS 3.5", "dlss", "DLSS", "3.5"),
            ("DLSS 3", "dlss", "DLSS", "3"),
            ("DLSS3.5 Ray Reconstruction", "dlss", "DLSS", "3.5"),
            ("nvidia® dlss™ 4", "dlss", "DLSS", "4"),
            ("Ray Tracing", "ray-tracing", "Ray Tracing", ""),
            ("ray-tracing", "ray-tracing", "Ray Tracing", ""),
            ("RTX", "ray-tracing", "Ray Tracing", ""),
            ("NVIDIA RTX", "ray-tracing", "Ray Tracing", ""),
            ("Raytracing", "ray-tracing", "Ray Tracing", ""),
            ("Ray Tracing Cores (3rd Gen)", "ray-tracing", "Ray Tracing", ""),
            ("RTX Video Super Resolution", "rtx-video-super-resolution", "RTX Video Super Resolution", ""),
            ("DirectX Raytracing", "ray-tracing", "Ray Tracing", ""),
            ("DX12 Ultimate", "directx", "DirectX", "12 Ultimate"),
            ("DirectX 12 Ultimate", "directx", "DirectX", "12 Ultimate"),
            ("Microsoft® DirectX® 12 Ultimate", "directx", "DirectX", "12 Ultimate"),
            ("DirectX 12_2", "directx", "DirectX", "12 Ultimate"),
            ("DirectX 12_1", "directx", "DirectX", "12"),
            ("DirectX 12", "directx", "DirectX", "12"),
            ("DirectX 11.1", "directx", "DirectX", "11.1"),
            ("DX 12.0", "directx", "DirectX", "12"),
            ("Vulkan 1.3", "vulkan", "Vulkan", "1.3"),
            ("OpenGL 4.6", "opengl", "OpenGL", "4.6"),
            ("CUDA 8.9", "cuda", "CUDA", "8.9"),
            ("G-SYNC", "g-sync", "G-SYNC", ""),
            ("G-Sync Compatible", "g-sync", "G-SYNC", ""),
            ("AMD FreeSync Premium", "freesync", "FreeSync", "Premium"),
            ("FreeSync Premium Pro", "freesync", "FreeSync", "Premium Pro"),
            ("FreeSync", "freesync", "FreeSync", ""),
            ("FidelityFX Super Resolution 3", "fsr", "FSR", "3"),
            ("AMD FSR 3.1", "fsr", "FSR", "3.1"),
            ("Intel XeSS", "xess", "XeSS", ""),
            ("Smart Access Memory", "resizable-bar", "Resizable BAR", ""),
            ("ReBAR", "resizable-bar", "Resizable BAR", ""),
            ("AV1", "av1-encode", "AV1 Encode", ""),
            ("HDCP 2.3", "hdcp", "HDCP", "2.3"),
            ("VR Ready", "vr-ready", "VR Ready", ""),
            ("NVIDIA Reflex 2", "reflex", "Reflex", "2"),
            ("Radeon Super Resolution", "rsr", "Radeon Super Resolution", ""),
            ("Quantum Widgets 2", "quantum-widgets-2", "Quantum Widgets 2", ""),
        ];
        for (text, code, name, version) in cases {
            let version = Some(version).filter(|version| !version.is_empty()).map(str::to_owned);
            let expected = SupportedTechnology { code: code.to_owned(), name: name.to_owned(), version };
            assert_eq!(technology(text), Ok(Some(expected)), "{text:?}");
        }
        assert_eq!(technology("Ray Tracing: no"), Ok(None));
        assert_eq!(technology("***"), Err(Unreadable::UnknownWords));
    }

    #[test]
    fn of_one_technology_the_highest_version_stays() {
        let read = |texts: &[&str]| {
            let all = texts.iter().map(|text| technology(text).unwrap().unwrap()).collect();
            unique(all)
                .into_iter()
                .map(|t| format!("{} {}", t.code, t.version.unwrap_or_default()))
                .collect::<Vec<_>>()
        };
        assert_eq!(read(&["DLSS 3", "RTX", "DLSS 3.5", "Ray Tracing"]), ["dlss 3.5", "ray-tracing "]);
        assert_eq!(read(&["DX12 Ultimate", "DirectX 12"]), ["directx 12 Ultimate"]);
        assert_eq!(read(&["Vulkan 1.3", "Vulkan 1.10"]), ["vulkan 1.10"]);
        assert_eq!(read(&["FreeSync Premium Pro", "FreeSync Premium", "FreeSync"]), ["freesync Premium Pro"]);
    }

    #[test]
    fn no_alias_is_written_in_a_form_that_no_text_can_have() {
        for known in KNOWN {
            for alias in known.aliases {
                assert_eq!(words(alias).join(" "), **alias, "{}", known.code);
            }
        }
    }
}
