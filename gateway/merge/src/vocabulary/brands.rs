//! The houses that make cards.

/// One house: its slug, its name for people, and every way in which shops write it. A name of several words is
/// written with single spaces. One house that sells under several names stands here once.
pub(crate) struct House {
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
}

const fn house(slug: &'static str, name: &'static str, aliases: &'static [&'static str]) -> House {
    House { slug, name, aliases }
}

/// The houses.
pub(crate) const HOUSES: &[House] = &[
    house("abit", "ABIT", &["abit"]),
    house("acer", "Acer", &["acer", "acer inc"]),
    house("afox", "AFOX", &["afox"]),
    house("arktek", "Arktek", &["arktek"]),
    house("asrock", "ASRock", &["asrock", "as rock", "asrock inc"]),
    house("asus", "ASUS", &["asus", "asustek", "asustek computer", "republic of gamers"]),
    house("axle", "Axle", &["axle", "axle3d"]),
    house("bfg", "BFG", &["bfg", "bfg tech"]),
    house("biostar", "BIOSTAR", &["biostar"]),
    house("chaintech", "Chaintech", &["chaintech"]),
    house("club-3d", "Club 3D", &["club 3d", "club3d"]),
    house("colorful", "Colorful", &["colorful", "colorful technology", "七彩虹"]),
    house("dataland", "Dataland", &["dataland", "迪兰"]),
    house("dell", "Dell", &["dell", "dell emc"]),
    house("diamond", "Diamond", &["diamond multimedia"]),
    house("ecs", "ECS", &["ecs", "elitegroup"]),
    house("elsa", "ELSA", &["elsa"]),
    house("emtek", "Emtek", &["emtek", "xenon"]),
    house("evga", "EVGA", &["evga", "evga corp", "evga corporation"]),
    house("force3d", "Force3D", &["force3d"]),
    house("fujitsu", "Fujitsu", &["fujitsu"]),
    house("gainward", "Gainward", &["gainward"]),
    house("galax", "GALAX", &["galax", "kfa2", "galaxy", "kfa", "galax kfa2", "kfa2 galax"]),
    house("gigabyte", "Gigabyte", &["gigabyte", "gigabyte technology", "gigabyte tech", "giga byte", "技嘉"]),
    house("gunnir", "GUNNIR", &["gunnir", "蓝戟"]),
    house("his", "HIS", &["his", "hightech information system"]),
    house("hp", "HP", &["hp", "hewlett packard", "hpe", "hp inc"]),
    house("inno3d", "INNO3D", &["inno3d", "inno 3d", "innovision"]),
    house("jetway", "Jetway", &["jetway"]),
    house("kuroutoshikou", "Kuroutoshikou", &["kuroutoshikou", "玄人志向"]),
    house("leadtek", "Leadtek", &["leadtek", "leadtek research"]),
    house("lenovo", "Lenovo", &["lenovo"]),
    house("manli", "Manli", &["manli", "manli technology"]),
    house("matrox", "Matrox", &["matrox"]),
    house("maxsun", "MAXSUN", &["maxsun", "铭瑄"]),
    house(
        "msi",
        "MSI",
        &[
            "msi",
            "msi computer",
            "micro star",
            "microstar",
            "micro star international",
            "msi international",
            "微星",
        ],
    ),
    house("ninja", "Ninja", &["sinotex", "ninja"]),
    house("ocpc", "OCPC", &["ocpc"]),
    house("onda", "ONDA", &["onda"]),
    house("palit", "Palit", &["palit", "palit microsystems"]),
    house("peladn", "PELADN", &["peladn"]),
    house("pny", "PNY", &["pny", "pny technologies", "pny technology"]),
    house("point-of-view", "Point of View", &["point of view", "pointofview"]),
    house("powercolor", "PowerColor", &["powercolor", "power color", "tul", "tul powercolor"]),
    house("sapphire", "Sapphire", &["sapphire", "sapphire technology", "sapphire tech", "saphire", "蓝宝石"]),
    house("sparkle", "Sparkle", &["sparkle"]),
    house("supermicro", "Supermicro", &["supermicro"]),
    house("vastarmor", "VASTARMOR", &["vastarmor"]),
    house("visiontek", "VisionTek", &["visiontek"]),
    house("vtx3d", "VTX3D", &["vtx3d"]),
    house("xfx", "XFX", &["xfx", "xfx inc", "pine xfx", "讯景"]),
    house("xpertvision", "XpertVision", &["xpertvision"]),
    house("yeston", "Yeston", &["yeston", "盈通"]),
    house("zephyr", "ZEPHYR", &["zephyr"]),
    house("zogis", "ZOGIS", &["zogis"]),
    house("zotac", "ZOTAC", &["zotac", "索泰"]),
];

/// Makers of chips, whose names stand on every house's cards: theirs is the card only where no house is named.
pub(crate) const CHIP_MAKERS: &[House] = &[
    house("amd", "AMD", &["amd", "ati", "advanced micro devices"]),
    house("intel", "Intel", &["intel", "intel corporation"]),
    house("nvidia", "NVIDIA", &["nvidia", "nvidia corporation"]),
];

/// Lines that only one house has, for titles that name the line instead of the house.
pub(crate) const HOUSE_OF_LINE: &[(&str, &str)] = &[
    ("aorus", "gigabyte"),
    ("bifrost", "acer"),
    ("devil", "powercolor"),
    ("ftw3", "evga"),
    ("gamerock", "palit"),
    ("hellhound", "powercolor"),
    ("hof", "galax"),
    ("ichill", "inno3d"),
    ("igame", "colorful"),
    ("jetstream", "palit"),
    ("predator", "acer"),
    ("rog", "asus"),
    ("speedster", "xfx"),
    ("strix", "asus"),
    ("suprim", "msi"),
    ("tuf", "asus"),
    ("ventus", "msi"),
    ("winfast", "leadtek"),
    ("xlr8", "pny"),
];

/// Lines that shops give as the brand; as words of titles they would say too little.
pub(crate) const LINES_AS_BRANDS: &[(&str, &str)] = &[
    ("amp", "zotac"),
    ("eagle", "gigabyte"),
    ("nitro", "sapphire"),
    ("phantom", "gainward"),
    ("phantom gaming", "asrock"),
    ("pulse", "sapphire"),
    ("titan", "sparkle"),
    ("windforce", "gigabyte"),
];
