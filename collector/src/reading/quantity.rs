//! Quantities: clocks, lengths, power, buses, bandwidth, slots, processes, counts.
//!
//! A field has units that it can be in, a unit for a bare number, and a range of what is possible. The range
//! decides what `1.980` means in MHz and in GHz, and refuses what no card can have.

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Unreadable,
    number::{Number, Token, is_cross, tokens, without_brackets},
};

/// How a field's text is read.
struct Field {
    /// Units in lower case, and what one of them is in our unit, as numerator and denominator.
    units: &'static [(&'static str, (u32, u32))],
    /// What a bare number is in: the first whose limit (not included) the number stays below.
    bare: &'static [(u32, (u32, u32))],
    /// The least and the greatest value that is possible, in our unit.
    possible: (u32, u32),
}

const ANY: u32 = u32::MAX;
const ONE: (u32, u32) = (1, 1);
const THOUSAND: (u32, u32) = (1000, 1);

const CLOCK: Field = Field {
    units: &[
        ("mhz", ONE),
        ("мгц", ONE),
        ("m", ONE),
        ("ghz", THOUSAND),
        ("ггц", THOUSAND),
        ("g", THOUSAND),
        ("khz", (1, 1000)),
        ("кгц", (1, 1000)),
    ],
    bare: &[(10, THOUSAND), (ANY, ONE)],
    possible: (50, 20_000),
};
const LENGTH: Field = Field {
    units: &[
        ("mm", ONE),
        ("мм", ONE),
        ("millimeters", ONE),
        ("cm", (10, 1)),
        ("см", (10, 1)),
        ("in", (254, 10)),
        ("inch", (254, 10)),
        ("inches", (254, 10)),
        ("zoll", (254, 10)),
        ("m", THOUSAND),
    ],
    bare: &[(ANY, ONE)],
    possible: (30, 1_000),
};
const POWER: Field = Field {
    units: &[
        ("w", ONE),
        ("watt", ONE),
        ("watts", ONE),
        ("вт", ONE),
        ("ватт", ONE),
        ("kw", THOUSAND),
        ("квт", THOUSAND),
    ],
    bare: &[(ANY, ONE)],
    possible: (1, 5_000),
};
const MEMORY_BUS: Field = Field {
    units: &[("bit", ONE), ("bits", ONE), ("b", ONE), ("бит", ONE)],
    bare: &[(ANY, ONE)],
    possible: (8, 16_384),
};
const BANDWIDTH: Field = Field {
    units: &[
        ("gb", THOUSAND),
        ("gbps", THOUSAND),
        ("gbyte", THOUSAND),
        ("go", THOUSAND),
        ("гб", THOUSAND),
        ("mb", ONE),
        ("mbps", ONE),
        ("мб", ONE),
        ("tb", (1_000_000, 1)),
        ("tbps", (1_000_000, 1)),
        ("тб", (1_000_000, 1)),
    ],
    bare: &[(20_000, THOUSAND), (ANY, ONE)],
    possible: (100, 100_000_000),
};
const SLOTS: Field = Field {
    units: &[
        ("slot", (100, 1)),
        ("slots", (100, 1)),
        ("слот", (100, 1)),
        ("слота", (100, 1)),
        ("слотов", (100, 1)),
    ],
    bare: &[(ANY, (100, 1))],
    possible: (50, 800),
};
const PROCESS: Field =
    Field {
        units: &[("nm", ONE), ("нм", ONE), ("nanometer", ONE)], bare: &[(ANY, ONE)], possible: (1, 500)
    };
const PROCESSORS: Field = Field {
    units: &[
        ("cuda", ONE),
        ("cores", ONE),
        ("core", ONE),
        ("units", ONE),
        ("sp", ONE),
        ("shaders", ONE),
        ("stream", ONE),
        ("шт", ONE),
        ("xe", ONE),
        ("alus", ONE),
    ],
    bare: &[(ANY, ONE)],
    possible: (1, 1_000_000),
};

/// A clock in MHz.
pub fn clock_mhz(text: &str) -> Result<u32, Unreadable> {
    CLOCK.read(text)
}

/// A length in mm; of `301 x 139 x 61 mm` it is the first.
pub fn length_mm(text: &str) -> Result<u32, Unreadable> {
    let text = text.replace(['"', '″', '”'], " inch ");
    if let Some((first, unit)) = first_of_dimensions(&text) {
        return LENGTH.value(first, unit.as_deref(), true);
    }
    LENGTH.read(&text)
}

/// Power in watts.
pub fn power_watts(text: &str) -> Result<u32, Unreadable> {
    POWER.read(text)
}

/// The width of a memory bus in bits.
pub fn memory_bus_bits(text: &str) -> Result<u32, Unreadable> {
    MEMORY_BUS.read(text)
}

/// Bandwidth in MB/s of 1000 KB. Bits a second are refused: they tell a pin's rate, not the memory's.
pub fn bandwidth_mbps(text: &str) -> Result<u32, Unreadable> {
    BANDWIDTH.read(text)
}

/// A width in hundredths of a slot.
pub fn slot_width_hundredths(text: &str) -> Result<u32, Unreadable> {
    let lower = text.trim().to_lowercase();
    let word = lower.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
    match word {
        "single" => Ok(100),
        "dual" | "double" => Ok(200),
        "triple" => Ok(300),
        "quad" => Ok(400),
        _ => SLOTS.read(text),
    }
}

/// A chip's process in nm. A foundry's own name, such as `4N`, is no length.
pub fn process_nm(text: &str) -> Result<u32, Unreadable> {
    PROCESS.read(text)
}

/// A number of stream processors.
pub fn stream_processors(text: &str) -> Result<u32, Unreadable> {
    PROCESSORS.read(text)
}

impl Field {
    fn read(&self, text: &str) -> Result<u32, Unreadable> {
        let tokens = tokens(&without_brackets(text));
        let mut numbers = tokens.iter().enumerate().filter_map(|(at, token)| match token {
            Token::Number(number) => Some((at, *number)),
            _ => None,
        });
        let (at, number) = numbers.next().ok_or(Unreadable::NoNumber)?;
        if numbers.next().is_some() {
            return Err(Unreadable::SeveralNumbers);
        }
        if at > 0 && tokens[at - 1] == Token::Sign('-') {
            return Err(Unreadable::Implausible);
        }
        let unit = tokens[at + 1..].iter().find_map(|token| match token {
            Token::Word(word) => Some(word.as_str()),
            _ => None,
        });
        let words_before = tokens[..at].iter().any(|token| matches!(token, Token::Word(_)));
        self.value(number, unit, !words_before)
    }

    /// A number without a unit counts only if it stands alone: the 4 of `TSMC N4` is a name.
    fn value(&self, number: Number, unit: Option<&str>, may_be_bare: bool) -> Result<u32, Unreadable> {
        let (least, greatest) = self.possible;
        let mut reading = Err(Unreadable::Implausible);
        for meaning in number.meanings() {
            let (times, over) = match unit {
                Some(unit) => self.units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor),
                None if may_be_bare => self
                    .bare
                    .iter()
                    .find(|(limit, _)| meaning < Decimal::from(*limit))
                    .map(|(_, factor)| *factor),
                None => None,
            }
            .ok_or(Unreadable::UnknownUnit)?;
            let ours = meaning
                .checked_mul(times.into())
                .and_then(|product| product.checked_div(over.into()))
                .and_then(|value| value.round().to_u32());
            if let Some(ours) = ours.filter(|ours| (least..=greatest).contains(ours)) {
                reading = Ok(ours);
                break;
            }
        }
        reading
    }
}

/// The first number of `A x B [x C] unit`, and the unit.
fn first_of_dimensions(text: &str) -> Option<(Number, Option<String>)> {
    let mut first = None;
    let mut numbers = 0;
    let mut crosses = 0;
    let mut unit = None;
    for token in tokens(&without_brackets(text)) {
        match token {
            Token::Number(number) => {
                first = first.or(Some(number));
                numbers += 1;
            }
            cross if is_cross(&cross) => crosses += 1,
            Token::Word(word) if numbers > 0 => unit = unit.or(Some(word)),
            _ => {}
        }
    }
    (crosses > 0 && numbers == crosses + 1).then_some((first?, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = fn(&str) -> Result<u32, Unreadable>;

    /// A reader, and what it reads from which texts.
    type Cases = (Reader, &'static [(&'static str, u32)]);

    fn all_are_read(cases: &[Cases]) {
        for (read, texts) in cases {
            for (text, expected) in *texts {
                assert_eq!(read(text), Ok(*expected), "{text:?}");
            }
        }
    }

    #[test]
    fn what_a_chip_and_its_memory_do_is_read_in_every_way_that_shops_write_it() {
        all_are_read(&[
            (
                clock_mhz,
                &[
                    ("1980 MHz", 1980),
                    ("2.55 GHz", 2550),
                    ("2550", 2550),
                    ("2,55 GHz", 2550),
                    ("2.55", 2550),
                    ("1 980 MHz", 1980),
                    ("1,980 MHz", 1980),
                    ("1,980 GHz", 1980),
                    ("1.980 MHz", 1980),
                    ("1.980 GHz", 1980),
                    ("up to 2550MHz", 2550),
                    ("2550 МГц", 2550),
                    ("2550 MHz (OC mode: 2595 MHz)", 2550),
                    ("2.5GHz", 2500),
                    ("Boost: 2610 MHz", 2610),
                ],
            ),
            (
                bandwidth_mbps,
                &[
                    ("504.2 GB/s", 504_200),
                    ("504,2 GB/s", 504_200),
                    ("1.01 TB/s", 1_010_000),
                    ("504200 MB/s", 504_200),
                    ("504.2", 504_200),
                    ("504200", 504_200),
                    ("504.2GBps", 504_200),
                    ("1,008 GB/s", 1_008_000),
                    ("1 008 GB/s", 1_008_000),
                ],
            ),
            (
                memory_bus_bits,
                &[("192 bit", 192), ("192-bit", 192), ("192", 192), ("192bits", 192), ("5120 бит", 5120)],
            ),
        ]);
    }

    #[test]
    fn what_a_card_measures_is_read_in_every_way_that_shops_write_it() {
        all_are_read(&[
            (
                length_mm,
                &[
                    ("301 mm", 301),
                    ("30.1 cm", 301),
                    ("301", 301),
                    ("30,1 см", 301),
                    ("301.5mm", 302),
                    ("301 x 139 x 61 mm", 301),
                    ("30.1×13.9×6.1 cm", 301),
                    ("11.85 in", 301),
                    ("11.85\"", 301),
                    ("0.301 m", 301),
                    ("301 mm (11.9 in)", 301),
                ],
            ),
            (
                slot_width_hundredths,
                &[
                    ("3.25", 325),
                    ("2 slot", 200),
                    ("2,5", 250),
                    ("2.5-slot", 250),
                    ("Dual-slot", 200),
                    ("3 slots", 300),
                ],
            ),
            (
                power_watts,
                &[
                    ("220 W", 220),
                    ("220", 220),
                    ("220W", 220),
                    ("220 Watt", 220),
                    ("0.22 kW", 220),
                    ("220 Вт", 220),
                    ("TGP 220 W", 220),
                    ("1 200 W", 1200),
                    ("1,200 W", 1200),
                ],
            ),
        ]);
    }

    #[test]
    fn what_a_chip_is_made_of_is_read_in_every_way_that_shops_write_it() {
        all_are_read(&[
            (process_nm, &[("5 nm", 5), ("5nm", 5), ("TSMC 5 nm", 5), ("12", 12), ("7 нм", 7)]),
            (
                stream_processors,
                &[
                    ("7168", 7168),
                    ("7,168", 7168),
                    ("7 168", 7168),
                    ("7168 CUDA cores", 7168),
                    ("16384", 16384),
                ],
            ),
        ]);
    }

    #[test]
    fn what_is_no_such_quantity_is_refused_with_its_reason() {
        let cases: &[(Reader, &str, Unreadable)] = &[
            (clock_mhz, "fast", Unreadable::NoNumber),
            (clock_mhz, "1980 W", Unreadable::UnknownUnit),
            (clock_mhz, "1980 - 2550 MHz", Unreadable::SeveralNumbers),
            (clock_mhz, "99999999 MHz", Unreadable::Implausible),
            (clock_mhz, "-1980 MHz", Unreadable::Implausible),
            (process_nm, "TSMC 4N", Unreadable::UnknownUnit),
            (process_nm, "TSMC N4", Unreadable::UnknownUnit),
            (bandwidth_mbps, "21 Gbit/s", Unreadable::UnknownUnit),
            (length_mm, "3 mm", Unreadable::Implausible),
            (power_watts, "1e30", Unreadable::SeveralNumbers),
        ];
        for (read, text, expected) in cases {
            assert_eq!(read(text), Err(*expected), "{text:?}");
        }
    }
}
