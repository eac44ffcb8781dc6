//! Words that tell no products apart, in the languages in which shops write.
//!
//! Single words, in lower case and without accents; Cyrillic and Greek are written in Latin letters, as they come out
//! of `deunicode`.

/// The words, by language.
pub(crate) const STOP_WORDS: &[&str] = &[
    // What every card is.
    "
        accelerator adapter amd arc ati card cards ddr gddr geforce gf gpu graphic graphics graphicscard gtx
        intel memory nvidia quadro radeon ram rtx rx vga video videocard vram
    ",
    // German, Dutch, Scandinavian.
    "
        en enthusiast gaminggrafikkarte grafik grafikkarte grafikkarten grafikkort grafische kaart karte
        kaufen kob kop kopen lager lagernd med met mit naytonohjaimet naytonohjain neu ny och ohne prijzen
        skaermkort skjakort skjermkort sofort speicher und verfugbar versand videokaart
    ",
    // French, Spanish, Portuguese, Italian, Romanian.
    "
        achat acquista avec carte cartes catalogo com compra comprar con consegna consegne da de des di du e
        el em envio et grafica graficas grafiche graphique graphiques gratis la le les memoire memoria nova
        novo nueva nuevo oferta offerta para per placa placas placi pour precio preis prezzo price prices
        prix scheda schede tarjeta tarjetas y
    ",
    // Russian, Ukrainian, Bulgarian, Serbian.
    "
        bit bita cena dlya graficheskaya graficheskii graficheskij grafichna graficka graficna i igrovaia
        igrovaya karta karty kupit pamiat pamyat s tsena videoadapter videokart videokarta videokartu
        videokarty
    ",
    // Polish, Czech, Slovak, Hungarian, Turkish, Greek, Baltic.
    "
        bellek ekran ekrankarti fiyat fiyati graafikakaart graficke graficzna graficzne grafiki graphikon
        kart karti kartica kartice karton oyuncu plokste vaizdo videokaardid videokartes videokartya
    ",
    // East Asian, Arabic, Hebrew.
    "
        בטקיס כרטיס מסך شاشة كرت グラフィックスボード グラフィックボード ビデオカード 台式机 搭載 显卡 游戏 独立 電競 電腦 顯示卡 그래픽카드
    ",
    // Ports, buses and other technical words that say nothing about the product's name.
    "
        4k 8k acx ada ampere architecture argb atx axial backplate ball base bearing bios bits blackwell
        boost bus clock cooled cooler cooling core cores crossfire cuda design desktop directx displayport
        dlss dp dport dsub dual dvi dvid dvii dx12 expre express fan fans fhd freesync fusion g gb gbps gen
        gen3 gen4 gen5 ghz go gsync hash hdb hdcp hdmi hdr heatpipe icx icx2 icx3 interface led lite
        lovelace mb metal mh mhz mo navi opengl output outputs pascal pci pcie pciex16 polaris rate ray
        raytracing rdna rdna2 rdna3 rdna4 ready rgb sli slot slotcard slots support supported supports sync
        tech technology thermal torx tracing turing type typec uhd usb usbc vr vulkan w watt watts
    ",
    // What shops add.
    "
        alone and art at box boxed brand bulk buy by compatible component components computer computers deal
        delivery ean ed edicao edicion editie edition edizione esports eu family for free from gamers
        garantia garantie garantiya garanzia generation hardware high in international item jahre model
        modell modello modelo mpn new no nr number oem of official on online order original part pc
        performance pre preorder promo r ref retail reviews sale sealed serie series shipping shop sku
        sl specifications specs stand stock store the tm to uk us usa version vorbestellung warranty with workstation year
        years
    ",
];
