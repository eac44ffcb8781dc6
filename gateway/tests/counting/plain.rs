//! What a filter means, read as plainly as can be: for one card, over the filter's own JSON.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// What a list can be narrowed by, in the order in which it is shown. Each is a field of the filter too.
pub(crate) const FACETS: [&str; 8] =
    ["technologies", "outputs", "brands", "gpus", "chipMakers", "memoryGb", "availability", "shops"];

/// A card as the API shows it.
#[derive(Debug)]
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) brand: Option<String>,
    pub(crate) gpu: Option<String>,
    chip_maker: Option<String>,
    pub(crate) memory_gb: Option<f64>,
    pub(crate) board_power_watts: Option<f64>,
    pub(crate) length_mm: Option<f64>,
    pub(crate) technologies: BTreeSet<String>,
    pub(crate) outputs: BTreeSet<String>,
    availabilities: BTreeSet<String>,
    shops: BTreeSet<String>,
    /// Of the cheapest offer that can be bought, in minor units of the base currency.
    pub(crate) price_minor: Option<i64>,
    pub(crate) updated_at: DateTime<Utc>,
}

impl Card {
    /// Reads a card of an answer.
    pub(crate) fn read(card: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts = |list: &Value, at: &str| -> BTreeSet<String> {
            list.as_array().unwrap().iter().map(|item| text(item.pointer(at).unwrap()).unwrap()).collect()
        };
        let can_be_bought = |offer: &&Value| {
            ["IN_STOCK", "PREORDER", "ON_ORDER"].contains(&offer["availability"].as_str().unwrap())
        };
        let offers = card["offers"].as_array().unwrap();
        let prices = offers.iter().filter(can_be_bought).map(|offer| &offer["basePrice"]["minorUnits"]);
        let price_minor = prices.map(|price| price.as_i64().unwrap()).min();
        let specs = &card["specs"];
        assert_eq!(card["bestOffer"]["basePrice"]["minorUnits"].as_i64(), price_minor, "{card}");
        Self {
            id: text(&card["id"]).unwrap(),
            name: text(&card["name"]).unwrap(),
            brand: text(&card["brand"]["slug"]),
            gpu: text(&card["gpu"]["slug"]),
            chip_maker: text(&card["gpu"]["maker"]),
            memory_gb: specs["memoryGb"].as_f64(),
            board_power_watts: specs["boardPowerWatts"].as_f64(),
            length_mm: specs["lengthMm"].as_f64(),
            technologies: texts(&card["technologies"], "/code"),
            outputs: texts(&card["interfaces"]["outputs"], "/kind"),
            availabilities: texts(&card["offers"], "/availability"),
            shops: texts(&card["offers"], "/shop/slug"),
            price_minor,
            updated_at: card["updatedAt"].as_str().unwrap().parse().unwrap(),
        }
    }

    /// The values that it has of a facet.
    pub(crate) fn values_of(&self, facet: &str) -> BTreeSet<String> {
        let one = |value: &Option<String>| value.iter().cloned().collect();
        match facet {
            "technologies" => self.technologies.clone(),
            "outputs" => self.outputs.clone(),
            "brands" => one(&self.brand),
            "gpus" => one(&self.gpu),
            "chipMakers" => one(&self.chip_maker),
            "memoryGb" => one(&self.memory_gb.map(|gb| gb.to_string())),
            "availability" => self.availabilities.clone(),
            "shops" => self.shops.clone(),
            _ => panic!("{facet} is no facet"),
        }
    }
}

/// Whether a card fits a filter.
pub(crate) fn fits(filter: &Value, card: &Card) -> bool {
    fits_but("", filter, card)
}

/// Whether a card fits a filter, whatever one of the filter's own fields says.
pub(crate) fn fits_but(ignored: &str, filter: &Value, card: &Card) -> bool {
    let fields = filter.as_object().unwrap().iter();
    fields.filter(|(field, _)| *field != ignored).all(|(field, wanted)| holds(field, wanted, card))
}

fn holds(field: &str, wanted: &Value, card: &Card) -> bool {
    match field {
        "price" => card.price_minor.is_some_and(|price| {
            let end = |end: &str| wanted[end].as_str().map(|amount| amount.replace('.', "").parse().unwrap());
            end("min").is_none_or(|min: i64| min <= price) && end("max").is_none_or(|max| price <= max)
        }),
        "memoryGb" => in_range(wanted, card.memory_gb),
        "boardPowerWatts" => in_range(wanted, card.board_power_watts),
        "lengthMm" => in_range(wanted, card.length_mm),
        "updatedSince" => card.updated_at >= wanted.as_str().unwrap().parse::<DateTime<Utc>>().unwrap(),
        "technologies" | "outputs" => {
            let values = card.values_of(field);
            let has = |value: &&str| values.contains(*value);
            let list = |name: &str| wanted.get(name).map(texts);
            list("allOf").is_none_or(|all| all.iter().all(has))
                && list("anyOf").is_none_or(|any| any.iter().any(has))
                && list("noneOf").is_none_or(|none| !none.iter().any(has))
        }
        "and" => wanted.as_array().unwrap().iter().all(|part| fits(part, card)),
        "or" => wanted.as_array().unwrap().iter().any(|part| fits(part, card)),
        "not" => !fits(wanted, card),
        _ => {
            let values = card.values_of(field);
            texts(wanted).iter().any(|value| values.contains(*value))
        }
    }
}

fn in_range(wanted: &Value, value: Option<f64>) -> bool {
    let end = |end: &str| wanted[end].as_f64();
    value.is_some_and(|value| {
        end("min").is_none_or(|min| min <= value) && end("max").is_none_or(|max| value <= max)
    })
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

/// Whether a filter's own field for a facet asks for a value.
pub(crate) fn is_selected(facet: &str, value: &str, filter: &Value) -> bool {
    let wanted = &filter[facet];
    match facet {
        _ if wanted.is_null() => false,
        "memoryGb" => in_range(wanted, value.parse().ok()),
        "technologies" | "outputs" => ["allOf", "anyOf"]
            .iter()
            .filter_map(|list| wanted.get(list))
            .any(|list| texts(list).contains(&value)),
        _ => texts(wanted).contains(&value),
    }
}
