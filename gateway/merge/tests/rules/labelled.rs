//! Pairs of listings of which we know whether they are one product: a guard against rules that get worse. The
//! titles are made up in the manner of real shops.

use crate::listings::{coded, grouped};

/// Shop listings that are one product, pair by pair: title and codes.
const SAME: &[[(&str, &[&str]); 2]] = &[
    [
        ("Asus TUF Gaming RTX4070 SUPER 12G OC (90YV0K82-M0NA00)", &[]),
        ("ASUS TUF Gaming GeForce RTX 4070 SUPER OC 12GB GDDR6X", &[]),
    ],
    [
        ("tarjeta gráfica asus rog strix rtx4080 16gb oc white edition", &[]),
        ("ASUS ROG Strix GeForce RTX 4080 OC Edition 16GB White", &[]),
    ],
    [
        ("asus ROG-STRIX-RTX4090-O24G-GAMING grafikkort", &[]),
        ("ASUS ROG Strix GeForce RTX 4090 OC 24GB GDDR6X", &[]),
    ],
    [
        ("Gigabyte GeForce RTX 4060 EAGLE OC 8G", &["GV-N4060EAGLE OC-8GD"]),
        ("gigabyte video cards GV N4060EAGLE OC 8GD", &[]),
    ],
    [
        ("placa grafica gigabyte radeon rx 7800 xt gaming oc 16gb gddr6", &[]),
        ("Gigabyte RX7800XT Gaming OC 16G Radeon RX 7800 XT 16 GB PCIe 4.0", &[]),
    ],
    [
        ("AORUS GeForce RTX 4080 SUPER MASTER 16G", &[]),
        ("Gigabyte GeForce RTX 4080 SUPER AORUS Master 16GB GDDR6X", &[]),
    ],
    [
        ("Видеокарта MSI GeForce RTX 4060 Ti VENTUS 2X BLACK 16G OC", &[]),
        ("msi geforce rtx 4060 ti ventus 2x black oc 16gb gddr6", &[]),
    ],
    [
        ("MSI RTX 3070 Ti SUPRIM X 8G", &["RTX 3070 Ti SUPRIM X 8G"]),
        ("msi geforce rtx 3070ti suprim x 8192 mb gddr6x", &["GeForce RTX 3070 Ti SUPRIM X 8G"]),
    ],
    [
        ("evga geforce rtx 3080 ti 12g p5 3967 kr", &[]),
        ("EVGA GeForce RTX 3080 Ti FTW3 Ultra Gaming 12GB", &["12G-P5-3967-KR"]),
    ],
    [
        ("EVGA RTX 3060 XC Gaming 12GB GDDR6 video card", &[]),
        ("evga geforce rtx 3060 xc gaming 12 gb retail 2071234", &[]),
    ],
    [
        ("Zotac Gaming GeForce RTX 4070 Ti SUPER Trinity Black Edition 16GB", &["ZT-D40730D-10P"]),
        ("zotac zt d40730d 10p tarjeta grafica", &[]),
    ],
    [
        ("zotac rtx 4060 twin edge oc 8gb grafikkarte 712345", &[]),
        ("ZOTAC GAMING GeForce RTX 4060 8GB Twin Edge OC", &[]),
    ],
    [
        ("Palit RTX 4070 Ti SUPER GamingPro OC 16 ГБ", &[]),
        ("palit geforce rtx 4070 ti super gaming pro oc 16gb gddr6x", &[]),
    ],
    [
        ("Gainward GeForce RTX 3070 Ti Phoenix 8Go", &[]),
        ("gainward rtx3070ti phoenix 8 gb enthusiast grafikkarte", &[]),
    ],
    [
        ("inno3d c40804 166xx 187049n geforce rtx 4080 ichill x4", &[]),
        ("INNO3D GeForce RTX 4080 iChill X4 16GB", &["C40804-166XX-187049N"]),
    ],
    [
        ("Inno3D RTX 4060 Twin X2 OC 8GB", &[]),
        ("inno3d geforce rtx 4060 twin x2 oc 8192 mb gddr6 gci3 301", &[]),
    ],
    [
        ("PNY GeForce RTX 4070 VERTO Dual Fan 12GB", &["VCG407012DFXPB1"]),
        ("pny vcg407012dfxpb1 nvidia geforce rtx 4070", &[]),
    ],
    [
        ("KFA2 GeForce RTX 4060 EX White 1-Click OC 8GB", &["46NSL8MD9NWK"]),
        ("Galax RTX4060 EX White 8G", &["46NSL8MD9NWK"]),
    ],
    [
        ("Sapphire Pulse Radeon RX 7700 XT 12 GB", &[]),
        ("Sapphire PULSE AMD Radeon™ RX7700XT GAMING 12GB GDDR6 HDMI/DP", &["11335-04-20G"]),
    ],
    [
        ("Sapphire NITRO+ Radeon RX 7900 XTX Vapor-X 24GB", &["11322-01-40G"]),
        ("sapphire 11322 01 40g rx 7900 xtx nitro vapor x", &[]),
    ],
    [
        ("XFX Speedster MERC 310 AMD Radeon RX 7900 XT Black Gaming", &["RX-79TMERCB9"]),
        ("xfx rx 79tmercb9 radeon rx 7900 xt 20gb", &[]),
    ],
    [
        ("PowerColor Hellhound RX 7800 XT 16GB OC", &[]),
        ("PowerColor Radeon RX 7800 XT Hellhound OC 16GB GDDR6", &[]),
    ],
    [
        ("ASRock Radeon RX 6650 XT Challenger D 8GB OC", &[]),
        ("asrock rx6650xt challenger d oc 8g placa de video", &[]),
    ],
    [
        ("ASRock Intel Arc B580 Steel Legend OC 12GB", &[]),
        ("asrock arc b580 steel legend 12gb oc gddr6", &[]),
    ],
    [("Ekran Kartı Asus Dual GeForce RTX 3050 6GB OC", &[]), ("asus DUAL-RTX3050-O6G", &[])],
    [
        ("Colorful iGame GeForce RTX 4070 Ultra W OC 12GB-V", &[]),
        ("七彩虹 iGame RTX4070 Ultra W OC 12G 显卡", &[]),
    ],
    [
        ("Acer Predator BiFrost Radeon RX 7600 OC 8GB", &["DP.BKCWW.P02"]),
        ("acer dp.bkcww.p02 bifrost rx 7600", &[]),
    ],
    [("MSI Radeon RX 6600 XT MECH 2X 8G OC LHR", &[]), ("msi radeon rx 6600 xt mech 2x oc 8gb gddr6", &[])],
];

/// Shop listings that are two products, pair by pair.
const DIFFERENT: &[[(&str, &[&str]); 2]] = &[
    [("ASUS TUF Gaming GeForce RTX 4070 OC 12GB", &[]), ("ASUS TUF Gaming GeForce RTX 4070 12GB", &[])],
    [
        ("ASUS TUF Gaming GeForce RTX 4070 Ti OC 12GB", &[]),
        ("ASUS TUF Gaming GeForce RTX 4070 Ti SUPER OC 16GB", &[]),
    ],
    [("asus TUF-RTX3080-O10G-GAMING", &[]), ("asus TUF-RTX3080-10G-GAMING", &[])],
    [
        ("asus TUF-RTX3080-O10G-GAMING", &["4718017908955"]),
        ("asus TUF-RTX3080-10G-GAMING", &["4718017908955"]),
    ],
    [("asus DUAL-RTX4060-O8G", &[]), ("asus DUAL-RTX4060-O8G-EVO", &[])],
    [("ASUS Dual RTX 4070 SUPER White OC 12GB", &[]), ("ASUS Dual RTX 4070 SUPER OC 12GB", &[])],
    [("asus geforce rtx 3090", &[]), ("asus geforce rtx 3090", &[])],
    [("evga geforce rtx 3070 08g p5 3751 kr", &[]), ("evga geforce rtx 3070 08g p5 3755 kr", &[])],
    [("EVGA RTX 3080 XC3 Ultra 10GB", &[]), ("EVGA RTX 3080 XC3 Black 10GB", &[])],
    [("EVGA RTX 3080 FTW3 10GB", &[]), ("EVGA RTX 3080 FTW3 Ultra 10GB", &[])],
    [("Gigabyte RTX 3060 Gaming OC 12G", &[]), ("Gigabyte RTX 3060 Gaming OC 12G rev. 2.0", &[])],
    [("gigabyte video cards GV N3080EAGLE 10GD", &[]), ("gigabyte video cards GV N3080EAGLE OC 10GD", &[])],
    [
        ("Gigabyte GeForce RTX 3060 Ti Gaming OC 8GB", &[]),
        ("Gigabyte GeForce RTX 3060 Ti Gaming OC Pro 8GB", &[]),
    ],
    [("Gigabyte AORUS RTX 4080 Master 16G", &[]), ("Gigabyte AORUS RTX 4080 Xtreme Waterforce 16G", &[])],
    [("MSI RTX 4060 Ti Ventus 2X 8G OC", &[]), ("MSI RTX 4060 Ti Ventus 3X 8G OC", &[])],
    [("MSI RTX 3070 Suprim X 8G", &[]), ("MSI RTX 3070 Suprim X 8G LHR", &[])],
    [("MSI RTX 3080 Gaming X Trio 10G", &[]), ("MSI RTX 3080 Gaming Z Trio 10G", &[])],
    [("MSI GTX 1060 Gaming X 3G", &[]), ("MSI GTX 1060 Gaming X 6G", &[])],
    [
        ("MSI RTX 3080 Ventus 3X 10G OC", &["4719072762476"]),
        ("MSI RTX 3080 Ventus 3X 10G OC", &["4719072763145"]),
    ],
    [("Zotac RTX 3080 Trinity 10GB", &[]), ("Zotac RTX 3080 Trinity OC 10GB", &[])],
    [("Palit RTX 4060 Ti Dual 8GB", &[]), ("Palit RTX 4060 Ti Dual 16GB", &[])],
    [("Gainward RTX 4080 Phantom 16GB", &[]), ("Gainward RTX 4080 Phantom GS 16GB", &[])],
    [("Sapphire Pulse RX 6800 16GB", &[]), ("Sapphire Pulse RX 6800 XT 16GB", &[])],
    [("sapphire radeon rx 6800 xt 11304 01 20g", &[]), ("sapphire radeon rx 6800 xt 11304 02 20g", &[])],
    [("Sapphire Pulse RX 580 8GB", &[]), ("Sapphire Nitro+ RX 580 8GB", &[])],
    [
        ("XFX Swift RX 9060 XT OC White 16GB", &["RX-96TSW16WQ"]),
        ("XFX Swift RX 9060 XT OC 16GB", &["RX-96TSW16BQ"]),
    ],
    [("XFX Merc 310 RX 7900 XT 20GB", &[]), ("XFX Merc 310 RX 7900 XTX 24GB", &[])],
    [
        ("PNY RTX 5060 Ti EPIC-X RGB 16GB", &["VCG5060T16TFXXPB1"]),
        ("PNY RTX 5060 Ti EPIC-X RGB OC 16GB", &["VCG5060T16TFXXPB1-O"]),
    ],
    [("Inno3D RTX 4070 Twin X2 12GB", &[]), ("Inno3D RTX 4070 iChill X3 12GB", &[])],
    [("MSI GT 1030 2GB GDDR5 LP OC", &[]), ("MSI GT 1030 2GB DDR4 LP OC", &[])],
    // Title and code disagree: nobody knows which of them is wrong.
    [("ASUS ProArt RTX 4070 12GB (PROART-RTX4080-16G)", &[]), ("ASUS ProArt RTX 4070 12GB", &[])],
    [("PNY RTX A2000 6GB", &[]), ("PNY RTX A2000 12GB", &[])],
    [("ASUS TUF RTX 4070 12GB", &[]), ("ASUS TUF RTX 4070 12GB + monitor", &[])],
];

fn are_merged([one, other]: &[(&str, &[&str]); 2]) -> bool {
    let shelf = [("netvideo", coded(one.0, one.1)), ("countrylink", coded(other.0, other.1))];
    grouped(&shelf, &[]).groups.iter().any(|group| group.members.len() == 2)
}

#[test]
fn no_pair_of_two_products_is_merged() {
    let wrong: Vec<_> = DIFFERENT.iter().filter(|pair| are_merged(pair)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_pair_of_one_product_is_merged() {
    let missed: Vec<_> = SAME.iter().filter(|pair| !are_merged(pair)).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
