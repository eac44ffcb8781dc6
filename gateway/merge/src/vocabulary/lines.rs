//! The words that name lines and sub-lines of cards, and the words that stand for them in a house's codes.

use crate::identity::Colour;

/// Lines of which a card can have only one. Two listings that name different ones are different products.
pub(crate) const FAMILIES: &str = "
    aero aorus armor astral bifrost challenger dual duke eagle fighter founders gamerock hellhound ichill
    inspire jetstream ko lightning mech megalodon merc nitro phoenix prime proart pulse qick shadow steel
    strix suprim swift taichi thicc trinity tuf turbo vanguard ventus verto vision vulcan windforce
";

/// Every other word that tells one card of a house from another of the same house.
pub(crate) const WORDS: &str = "
    1click 2gt 2x 3gt 3x 4gt 4x 6gt adoc advanced airo alchemist alien amp anniversary aorus apex apocalypse
    aqua arcade arctic area51 arez ascent assassin atlantis ax backed battle blackedition blizzard blower
    bolt boomstar btf bts cd cerberus classic classified click collectors compact core creator crusader csm
    custom customization cute cyber cyberpunk cyclone d darkhero dc2 dd deluxe devil dirt dissipation dlc
    dragon dual-x dualfan duo dx eco edge ek elite epic-x eva evangelion evo ex excavator exceed exoc
    expedition expert extreme ezpro fatboy formula fox frost frostbite frozr ftw ftw2 ftw3 fuzion g1
    gallardo gamer gaming gamingbox geek genesis ghost ghostrider glh gls golden gp graffiti gravity gs gts
    guardian gundam gunpro halo hammer hawk hero hof holo hummer hurricane hurricane2 hybrid hydrocopper
    iceq iceq2 icestorm icraft igame iii infinity infinity3 iron itx jet joker kalmx katana kingpin kombat
    launch lc legend legion limited liquid lite loong lord lp luna magic magnetic mars master matrix
    maxgaming metaltop miku milk mini minotaur miracle mirage mlg monster montech mortar nano nb nebula
    neptune nighthawk ninja noctua nova novaria obsidian oc3d ocx omniblack onyx orb orc origin osrs
    overclock3d panda pandora panther passive pegasus pgd phantom photon photon-x pioneer platinum plus
    polar poseidon predator premium prestige pro prodigy pure python python2 python3 quicksilver qx r1
    rainbow ranger raptor raw reaper rebel renegade rev-x revel rising roc roc-luna rock rog roto rs ruby s
    saga sakura sc sc2 scar se sea seahawk select sff sg sg1 shark signature silencer silent singlefan skull
    slim smart snow soc solid solo spartan spectral speedster spider spiderman ssc stalker starlight stealth
    steam stellar storm stormx strike studio sugar superclocked superjetstream superpro tempest terminator
    tiger titan titanium tomahawk toxic trex tri-x trio triple triplefan trooper turbojet twin twinfan ud
    ultimate ultra ultraforce ultraw ultrawide uprising vapor-x vb vcx velox warhammer warrior waterforce wb
    whisper windfury winfast x x1 x2 x3 x4 xc xc2 xc3 xlr8 xs xtr xtra xtreme xxx yuri z zero
";

/// How words are written otherwise: what stands in a title → the words that it means. Entries of several words
/// are matched before single ones, the longest first.
pub(crate) const SPELLINGS: &[(&str, &str)] = &[
    ("bi frost", "bifrost"),
    ("dc2oc", "dc2 oc"),
    ("dcii", "dc2"),
    ("directcu 2", "dc2"),
    ("directcu ii", "dc2"),
    ("direct cu ii", "dc2"),
    ("dual ball", ""),
    ("dual bios", ""),
    ("dual dvi", ""),
    ("dual link", ""),
    ("dual slot", ""),
    ("dual fan", "dualfan"),
    ("dual fans", "dualfan"),
    ("dual x", "dual-x"),
    ("dualx", "dual-x"),
    ("epic x", "epic-x"),
    ("epicx", "epic-x"),
    ("fe", "founders"),
    ("founder", "founders"),
    ("ftw 3", "ftw3"),
    ("ftw 2", "ftw2"),
    ("game rock", "gamerock"),
    ("gaming box", "gamingbox"),
    ("gamingpro", "gaming pro"),
    ("gamingx", "gaming x"),
    ("gamingz", "gaming z"),
    ("gamingoc", "gaming oc"),
    ("hall of fame", "hof"),
    ("hydro copper", "hydrocopper"),
    ("i chill", "ichill"),
    ("i game", "igame"),
    ("ice q", "iceq"),
    ("ichillx2", "ichill x2"),
    ("ichillx3", "ichill x3"),
    ("ichillx4", "ichill x4"),
    ("jet stream", "jetstream"),
    ("k pxe", "kingpin"),
    ("kngpn", "kingpin"),
    ("k ngp n", "kingpin"),
    ("low profile", "lp"),
    ("lowprofile", "lp"),
    ("mercury", "merc"),
    ("merc308", "merc"),
    ("merc310", "merc"),
    ("merc319", "merc"),
    ("mini itx", "itx"),
    ("miniitx", "itx"),
    ("night hawk", "nighthawk"),
    ("oced", "oc"),
    ("ocv1", "oc"),
    ("ocv2", "oc v2"),
    ("ocv3", "oc v3"),
    ("overclock", "oc"),
    ("overclocked", "oc"),
    ("overclocking", "oc"),
    ("ph", "phoenix"),
    ("phantom gaming", "phantom"),
    ("pro art", "proart"),
    ("red devil", "devil"),
    ("red dragon", "dragon"),
    ("qick308", "qick"),
    ("qick309", "qick"),
    ("qick319", "qick"),
    ("rogstrix", "rog strix"),
    ("sea hawk", "seahawk"),
    ("silent", "passive"),
    ("single fan", "singlefan"),
    ("special edition", "se"),
    ("super clocked", "superclocked"),
    ("super jetstream", "superjetstream"),
    ("swft", "swift"),
    ("swft210", "swift"),
    ("swft309", "swift"),
    ("swft319", "swift"),
    ("t rex", "trex"),
    ("thicc ii", "thicc 2x"),
    ("thicc2", "thicc 2x"),
    ("thicc iii", "thicc 3x"),
    ("thicc3", "thicc 3x"),
    ("tri x", "tri-x"),
    ("trix", "tri-x"),
    ("triple fan", "triplefan"),
    ("triple fans", "triplefan"),
    ("twin fan", "twinfan"),
    ("twin fans", "twinfan"),
    ("twinedge", "twin edge"),
    ("twinx2", "twin x2"),
    ("vapor x", "vapor-x"),
    ("vaporx", "vapor-x"),
    ("ventus2x", "ventus 2x"),
    ("ventus3x", "ventus 3x"),
    ("water block", "wb"),
    ("water force", "waterforce"),
    ("waterblock", "wb"),
    ("wf2", "windforce"),
    ("wf2oc", "windforce oc"),
    ("wf3", "windforce"),
    ("wf3oc", "windforce oc"),
    ("wind force", "windforce"),
    ("windforce2", "windforce 2x"),
    ("windforce3", "windforce 3x"),
    ("x treme", "xtreme"),
    ("xtr", "xtreme"),
];

/// Words that tell nothing apart beside the words of the second list, of which at least one is then there: `rog`
/// beside `strix`. An empty list: beside any other word at all.
pub(crate) const WEAK: &[(&str, &[&str])] = &[
    ("aorus", &["master", "xtreme", "elite", "waterforce"]),
    ("dualfan", &[]),
    ("frozr", &[]),
    ("gamer", &[]),
    ("gaming", &[]),
    ("igame", &[]),
    ("lp", &["passive"]),
    ("predator", &["bifrost"]),
    ("revel", &[]),
    ("rog", &["strix", "astral", "matrix", "poseidon"]),
    ("singlefan", &[]),
    ("speedster", &[]),
    ("triplefan", &[]),
    ("twin", &["frozr"]),
    ("twinfan", &[]),
    ("wb", &["waterforce"]),
    ("windforce", &["eagle", "vision", "aero", "aorus", "gaming", "g1", "master", "turbo"]),
    ("winfast", &[]),
    ("xlr8", &[]),
];

/// Words that tell products of one line apart, but name no line where they stand alone.
pub(crate) const GENERAL: &str = "
    2x 3x 4x advanced aorus compact core d edition gamer gaming igame limited lite max mini nb plus predator pro rog s se
    slim speedster ultra ultimate winfast x x1 x2 x3 x4 xlr8 z
";

/// Houses for which one of these words is the name of a line all the same.
pub(crate) const GENERAL_EXCEPT: &[(&str, &[&str])] = &[
    ("advanced", &["colorful"]),
    ("compact", &["inno3d"]),
    ("core", &["galax"]),
    ("gaming", &["gigabyte", "msi", "palit"]),
    ("ultra", &["colorful"]),
    ("x3", &["inno3d"]),
];

/// Colours, and the colour that tells products apart where it is one.
pub(crate) const COLOURS: &[(&str, Option<Colour>)] = &[
    ("black", None),
    ("grey", None),
    ("gray", None),
    ("silver", None),
    ("schwarz", None),
    ("chernyj", None),
    ("negro", None),
    ("negra", None),
    ("noir", None),
    ("nero", None),
    ("preto", None),
    ("w", Some(Colour::White)),
    ("white", Some(Colour::White)),
    ("weiss", Some(Colour::White)),
    ("wit", Some(Colour::White)),
    ("hvit", Some(Colour::White)),
    ("vit", Some(Colour::White)),
    ("blanc", Some(Colour::White)),
    ("blanche", Some(Colour::White)),
    ("blanca", Some(Colour::White)),
    ("blanco", Some(Colour::White)),
    ("bianca", Some(Colour::White)),
    ("bianco", Some(Colour::White)),
    ("branca", Some(Colour::White)),
    ("branco", Some(Colour::White)),
    ("biala", Some(Colour::White)),
    ("belaya", Some(Colour::White)),
    ("belyj", Some(Colour::White)),
    ("belyi", Some(Colour::White)),
    ("beyaz", Some(Colour::White)),
    ("snow", Some(Colour::White)),
    ("ice", Some(Colour::White)),
    ("pink", Some(Colour::Pink)),
    ("sakura", Some(Colour::Pink)),
    ("blue", Some(Colour::Blue)),
    ("red", Some(Colour::Red)),
    ("green", Some(Colour::Green)),
    ("purple", Some(Colour::Purple)),
    ("orange", Some(Colour::Orange)),
    ("yellow", Some(Colour::Yellow)),
    ("gold", Some(Colour::Gold)),
];

/// Houses with sub-lines that are called black: there the word is a colour only where the title ends with it.
pub(crate) const HOUSES_WITH_BLACK_LINES: &[&str] = &["evga", "xfx"];

/// What stands for a line inside Gigabyte's codes: `GV-N3080AORUS M-10GD`. The longest match counts.
pub(crate) const GIGABYTE_CODE: &[(&str, &str)] = &[
    ("aero", "aero"),
    ("aoruse", "aorus elite"),
    ("aorusm", "aorus master"),
    ("aorusx", "aorus xtreme"),
    ("aorusxw", "aorus xtreme waterforce"),
    ("aorusxwb", "aorus xtreme waterforce wb"),
    ("eagle", "eagle"),
    ("g1gaming", "g1 gaming"),
    ("gaming", "gaming"),
    ("gamingocpro", "gaming pro"),
    ("ix", "itx"),
    ("master", "aorus master"),
    ("turbo", "turbo"),
    ("ud", "ud"),
    ("vision", "vision"),
    ("wf2", "windforce"),
    ("wf3", "windforce"),
];
