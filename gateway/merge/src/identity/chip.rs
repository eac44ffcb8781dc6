//! Graphics chips: their names, and what is known of them.

mod mention;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::product::{ChipMaker, Gpu};
use crate::vocabulary::chips::{CHIPS, Chip};

pub(super) use mention::{Mention, mentions};

/// A chip's name in parts, lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ChipName {
    /// `rtx`, `gtx`, `rx`, `arc`, `quadro`, `radeon pro`.
    pub(crate) family: &'static str,
    /// `4070`, `a4000`, `vega 56`.
    pub(crate) number: String,
    /// `ti super`, empty for none.
    pub(crate) suffix: String,
}

/// The chip in the table.
pub(crate) fn known(family: &str, number: &str, suffix: &str) -> Option<&'static Chip> {
    CHIPS.iter().find(|chip| chip.number == number && chip.suffix == suffix && chip.family == family)
}

fn number_is_known(family: &str, number: &str) -> bool {
    CHIPS.iter().any(|chip| chip.number == number && chip.family == family)
}

impl ChipName {
    /// The chip as the product says it.
    pub(crate) fn gpu(&self) -> Gpu {
        let series = match self.family {
            "rtx" if self.number.starts_with('a') || self.suffix.ends_with("ada") => "RTX",
            "rtx" => "GeForce RTX",
            "gtx" => "GeForce GTX",
            "gts" => "GeForce GTS",
            "gt" => "GeForce GT",
            "geforce" => "GeForce",
            "rx" => "Radeon RX",
            "r9" => "Radeon R9",
            "r7" => "Radeon R7",
            "r5" => "Radeon R5",
            "hd" => "Radeon HD",
            "radeon" => "Radeon",
            "radeon pro" => "Radeon Pro",
            "radeon ai pro" => "Radeon AI PRO",
            "firepro" => "FirePro",
            "arc" => "Arc",
            "arc pro" => "Arc Pro",
            "quadro" => "Quadro",
            "quadro rtx" => "Quadro RTX",
            "rtx pro" => "RTX PRO",
            "titan" => "TITAN",
            "nvs" => "NVS",
            "nvidia" => "NVIDIA",
            _ => "Tesla",
        };
        let maker = match self.family {
            "rx" | "r9" | "r7" | "r5" | "hd" | "radeon" | "radeon pro" | "radeon ai pro" | "firepro" => {
                ChipMaker::Amd
            }
            "arc" | "arc pro" => ChipMaker::Intel,
            _ => ChipMaker::Nvidia,
        };
        let number = if self.number.starts_with("vega") {
            self.number.replace("vega", "Vega")
        } else {
            self.number.to_uppercase()
        };
        let suffix: Vec<&str> = self.suffix.split(' ').map(written_suffix).collect();
        let glue = if matches!(self.family, "r9" | "r7" | "r5") && self.suffix == "x" && self.number != "fury"
        {
            ""
        } else {
            " "
        };
        let name = format!("{series} {number}{glue}{}", suffix.join(" ")).trim_end().to_owned();
        let slug = name.to_lowercase().replace(' ', "-");
        let architecture =
            known(self.family, &self.number, &self.suffix).map(|chip| chip.architecture.to_owned());
        Gpu { slug, name, maker, architecture }
    }
}

fn written_suffix(suffix: &str) -> &str {
    match suffix {
        "ti" => "Ti",
        "super" => "SUPER",
        "xt" => "XT",
        "xtx" => "XTX",
        "gre" => "GRE",
        "le" => "LE",
        "d" => "D",
        "x" => "X",
        "m" => "M",
        "a" => "A",
        "v2" => "V2",
        "laptop" => "Laptop",
        "ada" => "Ada",
        "sff" => "SFF",
        "2048sp" => "2048SP",
        "max-q" => "Max-Q",
        "server" => "Server",
        _ => suffix,
    }
}

/// The sizes of every known chip by its slug.
static SIZES_MB: LazyLock<HashMap<String, Vec<u32>>> = LazyLock::new(|| {
    let named = |chip: &Chip| ChipName {
        family: chip.family,
        number: chip.number.to_owned(),
        suffix: chip.suffix.to_owned(),
    };
    CHIPS
        .iter()
        .map(|chip| (named(chip).gpu().slug, chip.sizes_gb.iter().map(|size_gb| size_gb * 1024).collect()))
        .collect()
});

/// The sizes with which a chip was sold, in MB; the first is what a title means that says none, if it is not
/// zero. Empty where the chip is not known.
pub(crate) fn sizes_mb(slug: &str) -> &'static [u32] {
    SIZES_MB.get(slug).map_or(&[], Vec::as_slice)
}

/// Whether a chip was sold with other sizes of memory alone. Of a chip that is not known, or whose sizes are
/// not, nothing can be said.
pub(crate) fn is_never_sold_with(slug: &str, memory_mb: u32) -> bool {
    let mut sizes = sizes_mb(slug).iter().filter(|size_mb| **size_mb != 0).peekable();
    sizes.peek().is_some() && sizes.all(|size_mb| *size_mb != memory_mb)
}
