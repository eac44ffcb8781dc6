//! What shops file under video cards that is none. Phrases stand between commas and never across lines.

/// Words of goods that are no video card, whatever else the title says.
pub(crate) const NEVER_A_CARD: &str = "
    anti sag, barebone, capture card, carte mere, chromebook, complete pc, cuda toolkit, docking station,
    egpu enclosure, gamer pc, gaming desktop, gaming rechner, gpu bracket, gpu holder, gpu support,
    grafikkartenhalter, grafikkartenhalterung, graphics card bracket, graphics card holder,
    graphics card support, hb bridge, igrovoi kompiuter, igrovoj kompyuter, komplett pc, laptop, laptops,
    macbook, mainboard, materinskaya plata, mini pc, mining rig, minipc, motherboard, mouse pad, mousepad,
    notebook, notebooks, noutbuk, nvlink bridge, ordenador, ordinateur, pc gamer, placa base, portatil,
    portatile, power supply unit, riser, risers, sag bracket, scheda madre, sistemnyi blok, sistemnyj blok,
    sli bridge, sli hb, t shirt, termoprokladka, thermal pad, thermal pads, thermal paste, ultrabook,
    vertical gpu, vertical mount, video capture, video card holder, warmeleitpad, warmeleitpaste
";

/// Accessories that carry the names of the cards they are made for. They are goods of their own where one of
/// [`FOR`] follows, or where the title begins or ends with them and gives no size of memory.
pub(crate) const ACCESSORIES: &str = "
    adaptador, adapter, adapterkabel, adaptor, adattatore, back plate, backplate, bloque de agua, bracket,
    bridge, cable, cable adapter, cables, case, cavo, connector, cooler, cooling fan, disipador,
    dissipatore, extension, fan replacement, gehause, halter, halterung, heat sink, heatsink, holder, kabel,
    kabely, kuhler, kuler, ohladitel, perehodnik, radiator, replacement fan, shroud, stand, support,
    udlinitel, ventilador, ventilator, ventola, verlangerung, vodoblok, wasserblock, wasserkuhler,
    water block, waterblock
";

/// Words between an accessory and what it is made for.
pub(crate) const FOR: &str = "
    compatible, dla, dlia, dlya, for, fuer, fur, para, per, pour, til, till, voor
";

/// Goods that make a bundle where they follow a `+`, `with` or the like.
pub(crate) const BUNDLED: &str = "
    alimentation, alimentatore, bildschirm, blok pitaniya, case, chair, core i3, core i5, core i7, core i9,
    cpu, ecran, fuente, headphones, headset, keyboard, klaviatura, mainboard, memory kit, monitor,
    motherboard, mouse, mysh, naushniki, netzteil, nvme, pantalla, power supply, processador, processor,
    psu, ram, ryzen, schermo, ssd, webcam
";

/// Words that make a bundle by themselves.
pub(crate) const BUNDLE_WORDS: &str = "
    aufruestset, aufrustset, bundle, bundles, combo, komplekt, upgrade kit
";

/// Words of which three together are a whole computer.
pub(crate) const COMPUTER_PARTS: &str = "
    1tb, 2tb, 512gb, celeron, computer, core i3, core i5, core i7, core i9, ddr4, ddr5, desktop, freedos,
    gaming pc, hdd, i3, i5, i7, i9, nvme, pc gaming, rechner, ryzen, ssd, threadripper, tower, w11, wifi,
    win10, win11, windows, xeon
";
