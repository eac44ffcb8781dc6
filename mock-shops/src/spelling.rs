//! How shops spell what they say: chips, memory, clocks, lengths, ports, buses and technologies, tidily and in
//! each untidy way. Pure text.

use crate::{
    catalogue::{Chip, Maker, Output, Technology},
    dice::Dice,
    mess::{Mess, Messes},
};

/// The untidy spellings of a chip's name.
pub(crate) const CHIP_SPELLINGS: [Mess; 5] = [
    Mess::ChipGlued,
    Mess::ChipWithoutFamily,
    Mess::ChipOtherCase,
    Mess::ChipLetterSuffix,
    Mess::ChipGluedSuffix,
];

/// A chip's name in one spelling; the tidy name where that spelling makes no difference to it.
pub(crate) fn chip(name: &str, spelling: Mess) -> String {
    // Arc has no family before its name, so nothing of it can be left out.
    let Some((family, short)) = name.split_once(' ').filter(|(family, _)| *family != "Arc") else {
        return name.to_owned();
    };
    let glued_suffix = |text: &str| {
        [" Ti", " XTX", " XT"]
            .iter()
            .find(|suffix| text.contains(*suffix))
            .map_or_else(|| name.to_owned(), |suffix| text.replacen(suffix, suffix.trim_start(), 1))
    };
    match spelling {
        Mess::ChipGlued => short.replacen(' ', "", 1),
        Mess::ChipWithoutFamily => short.to_owned(),
        Mess::ChipOtherCase => format!("{family} {}", short.replace("SUPER", "Super").replace(" Ti", " TI")),
        Mess::ChipLetterSuffix if !short.contains("Ti ") && short.ends_with(" SUPER") => {
            short.replace(" SUPER", "S")
        }
        Mess::ChipGluedSuffix => glued_suffix(short),
        _ => name.to_owned(),
    }
}

/// A size of memory as NetVideo's characteristics have it.
pub(crate) fn memory(memory_mb: u32, messes: Messes) -> String {
    let gigabytes = memory_mb / 1024;
    match messes.first_of(&[Mess::MemoryGlued, Mess::MemoryLetter, Mess::MemoryInMb, Mess::MemoryFrench]) {
        Some(Mess::MemoryGlued) => format!("{gigabytes}GB"),
        Some(Mess::MemoryLetter) => format!("{gigabytes} G"),
        Some(Mess::MemoryInMb) => format!("{memory_mb} MB"),
        Some(Mess::MemoryFrench) => format!("{gigabytes}Go"),
        _ => format!("{gigabytes} GB"),
    }
}

/// A size of memory as titles have it.
pub(crate) fn title_memory(memory_mb: u32, messes: Messes) -> String {
    let gigabytes = memory_mb / 1024;
    match messes.first_of(&[Mess::TitleMemorySpaced, Mess::TitleMemoryLetter]) {
        Some(Mess::TitleMemorySpaced) => format!("{gigabytes} GB"),
        Some(Mess::TitleMemoryLetter) => format!("{gigabytes}G"),
        _ => format!("{gigabytes}GB"),
    }
}

/// The base clock.
pub(crate) fn base_clock(clock_mhz: u32, messes: Messes) -> String {
    if messes.has(Mess::ClockBare) { clock_mhz.to_string() } else { format!("{clock_mhz} MHz") }
}

/// The boost clock, which alone can be in the other unit.
pub(crate) fn boost_clock(clock_mhz: u32, messes: Messes) -> String {
    if !messes.has(Mess::ClockInGhz) {
        return base_clock(clock_mhz, messes);
    }
    // Nothing of the clock gets lost in it.
    if clock_mhz.is_multiple_of(10) {
        format!("{}.{:02} GHz", clock_mhz / 1000, clock_mhz % 1000 / 10)
    } else {
        format!("{}.{:03} GHz", clock_mhz / 1000, clock_mhz % 1000)
    }
}

/// A length.
pub(crate) fn length(length_mm: u32, messes: Messes) -> String {
    match messes.first_of(&[Mess::LengthInCm, Mess::LengthBare]) {
        Some(Mess::LengthInCm) => format!("{}.{} cm", length_mm / 10, length_mm % 10),
        Some(_) => length_mm.to_string(),
        None => format!("{length_mm} mm"),
    }
}

/// A power.
pub(crate) fn power(watts: u32, messes: Messes) -> String {
    if messes.has(Mess::PowerBare) { watts.to_string() } else { format!("{watts} W") }
}

/// Ports of one kind.
pub(crate) fn port(output: &Output, messes: Messes) -> String {
    let Output { kind, version, count } = output;
    let version = version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    match messes.first_of(&[Mess::PortsCountFirst, Mess::PortsShort, Mess::PortsBare]) {
        Some(Mess::PortsCountFirst) => format!("{count}x {kind}{version}"),
        Some(Mess::PortsShort) => format!("{count} x {}{version}", kind.replace("DisplayPort", "DP")),
        Some(_) => kind.clone(),
        None => format!("{kind}{version} x{count}"),
    }
}

/// A bus.
pub(crate) fn bus(chip: &Chip, messes: Messes) -> String {
    let (version, lanes) = (&chip.pcie_version, chip.pcie_lanes);
    match messes.first_of(&[Mess::BusShort, Mess::BusLong, Mess::BusWithoutVersion]) {
        Some(Mess::BusShort) => format!("PCIe {version} x{lanes}"),
        Some(Mess::BusLong) => format!("PCI Express x{lanes} {version}"),
        Some(_) => format!("PCIe x{lanes}"),
        None => format!("PCI-E {version} x{lanes}"),
    }
}

/// A technology, in a shop's words.
pub(crate) fn technology(technology: &Technology, maker: Maker, messes: Messes, dice: &mut Dice) -> String {
    let untidy = messes.has(Mess::TechnologiesOtherWords);
    let (tidy, others): (&str, &[&str]) = match technology.code.as_str() {
        "dlss" => ("NVIDIA DLSS", &["DLSS"]),
        "ray-tracing" if maker == Maker::Nvidia => ("Ray Tracing", &["RTX", "ray-tracing"]),
        "ray-tracing" => ("Ray Tracing", &["ray-tracing", "Raytracing"]),
        "g-sync" => ("G-SYNC", &["NVIDIA G-SYNC", "G-Sync"]),
        "freesync" => ("FreeSync", &["AMD FreeSync", "FreeSync Premium"]),
        "adaptive-sync" => ("Adaptive Sync", &["Adaptive-Sync"]),
        "directx" => ("DirectX", &["DX"]),
        "vulkan" => ("Vulkan", &["Vulkan API"]),
        "opengl" => ("OpenGL", &["Open GL"]),
        "cuda" => ("CUDA", &["NVIDIA CUDA"]),
        "resizable-bar" => ("Resizable BAR", &["ReBAR", "Resizable-BAR"]),
        "fsr" => ("AMD FSR", &["FSR", "FidelityFX Super Resolution"]),
        "xess" => ("Intel XeSS", &["XeSS"]),
        "nvenc" => ("NVENC", &["NVIDIA NVENC", "NVENC Encoder"]),
        "av1-encode" => ("AV1 Encode", &["AV1 encoding", "AV1 Encoder"]),
        other => (other, &[]),
    };
    let word = if untidy && !others.is_empty() { *dice.pick(others) } else { tidy };
    match technology.version.as_deref() {
        None => word.to_owned(),
        Some(version) if word == "DX" => format!("DX{version}"),
        // Some shops speak of DLSS by its first number alone.
        Some(version) if untidy && technology.code == "dlss" => {
            format!("{word} {}", version.split('.').next().unwrap_or(version))
        }
        Some(version) => format!("{word} {version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chips_are_spelt_as_shops_spell_them() {
        let cases = [
            ("GeForce RTX 4070 SUPER", Mess::ChipGlued, "RTX4070 SUPER"),
            ("GeForce RTX 4070", Mess::ChipWithoutFamily, "RTX 4070"),
            ("GeForce RTX 4070 SUPER", Mess::ChipOtherCase, "GeForce RTX 4070 Super"),
            ("GeForce RTX 4070 SUPER", Mess::ChipLetterSuffix, "RTX 4070S"),
            ("GeForce RTX 4070 Ti SUPER", Mess::ChipLetterSuffix, "GeForce RTX 4070 Ti SUPER"),
            ("GeForce GTX 1080 Ti", Mess::ChipGluedSuffix, "GTX 1080Ti"),
            ("Radeon RX 7900 XTX", Mess::ChipGluedSuffix, "RX 7900XTX"),
            ("GeForce RTX 4070", Mess::ChipGluedSuffix, "GeForce RTX 4070"),
            ("Arc A770", Mess::ChipWithoutFamily, "Arc A770"),
        ];
        for (name, spelling, expected) in cases {
            assert_eq!(chip(name, spelling), expected, "{name} {spelling:?}");
        }
    }

    #[test]
    fn clocks_keep_their_value_in_any_unit() {
        let mut ghz = Messes::default();
        ghz.add(Mess::ClockInGhz);
        assert_eq!(boost_clock(2550, ghz), "2.55 GHz");
        assert_eq!(boost_clock(2475, ghz), "2.475 GHz");
        assert_eq!(base_clock(2085, ghz), "2085 MHz");
    }
}
