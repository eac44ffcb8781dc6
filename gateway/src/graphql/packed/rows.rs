//! Packing rows and unpacking them.

use std::sync::Arc;

use events::{Bus, Interfaces, Output, PowerConnector};

use super::{BusView, CardView, InterfacesView, OfferView, OutputView, PowerConnectorView};
use crate::{
    card::CardDocument,
    graphql::rows::{CardRow, OfferRow},
    rates::digits,
};

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

impl CardRow {
    pub(super) fn view(&self) -> CardView<'_> {
        let CardDocument { mpns, specs, interfaces, images } = &self.document.0;
        let versions = self.technology_versions.iter().map(Option::as_deref);
        CardView {
            id: self.id,
            slug: &self.slug,
            name: &self.name,
            brand_id: self.brand_id,
            gpu_id: self.gpu_id,
            mpns: texts(mpns),
            gtins: texts(&self.gtins),
            images: texts(images),
            specs: specs.into(),
            interfaces: interfaces.into(),
            technologies: self.technology_ids.iter().copied().zip(versions).collect(),
            match_by: &self.match_by,
            match_confidence: self.match_confidence,
            match_explanation: &self.match_explanation,
            updated_at: self.updated_at,
            offers: self.offers.iter().map(|offer| offer.view()).collect(),
        }
    }
}

impl OfferRow {
    pub(in crate::graphql) fn view(&self) -> OfferView<'_> {
        OfferView {
            id: self.id,
            shop_id: self.shop_id,
            title: &self.title,
            url: &self.url,
            observed_at: self.observed_at,
            missing: self.missing,
            price_minor: self.price_minor,
            currency: &self.currency,
            digits: digits(&self.currency),
            previous_price_minor: self.previous_price_minor,
            base_price_minor: self.base_price_minor,
            availability: &self.availability,
        }
    }
}

impl<'p> From<&'p Interfaces> for InterfacesView<'p> {
    fn from(Interfaces { bus, outputs, power_connectors }: &'p Interfaces) -> Self {
        let bus = bus.as_ref().map(|Bus { kind, version, lanes }| BusView {
            kind,
            version: version.as_deref(),
            lanes: *lanes,
        });
        let output = |Output { kind, version, count }: &'p Output| OutputView {
            kind,
            version: version.as_deref(),
            count: *count,
        };
        let connector =
            |PowerConnector { kind, count }: &'p PowerConnector| PowerConnectorView { kind, count: *count };
        Self {
            bus,
            outputs: outputs.as_ref().map(|outputs| outputs.iter().map(output).collect()),
            power_connectors: power_connectors.as_ref().map(|all| all.iter().map(connector).collect()),
        }
    }
}

/// Unpacked, with all that it says in memory of its own.
impl From<&CardView<'_>> for CardRow {
    fn from(card: &CardView<'_>) -> Self {
        let (technology_ids, technology_versions) =
            card.technologies.iter().map(|(id, version)| (*id, version.map(str::to_owned))).unzip();
        let document = CardDocument {
            mpns: owned(&card.mpns),
            specs: (&card.specs).into(),
            interfaces: (&card.interfaces).into(),
            images: owned(&card.images),
        };
        Self {
            id: card.id,
            slug: card.slug.to_owned(),
            name: card.name.to_owned(),
            brand_id: card.brand_id,
            gpu_id: card.gpu_id,
            document: document.into(),
            gtins: owned(&card.gtins),
            match_by: card.match_by.to_owned(),
            match_confidence: card.match_confidence,
            match_explanation: card.match_explanation.to_owned(),
            updated_at: card.updated_at,
            technology_ids,
            technology_versions,
            offers: card.offers.iter().map(|offer| Arc::new(offer.to_row(card.id))).collect(),
        }
    }
}

impl OfferView<'_> {
    fn to_row(self, card_id: i64) -> OfferRow {
        OfferRow {
            id: self.id,
            card_id,
            shop_id: self.shop_id,
            title: self.title.to_owned(),
            url: self.url.to_owned(),
            observed_at: self.observed_at,
            missing: self.missing,
            price_minor: self.price_minor,
            currency: self.currency.to_owned(),
            previous_price_minor: self.previous_price_minor,
            base_price_minor: self.base_price_minor,
            availability: self.availability.to_owned(),
        }
    }
}

impl From<&InterfacesView<'_>> for Interfaces {
    fn from(InterfacesView { bus, outputs, power_connectors }: &InterfacesView<'_>) -> Self {
        let bus = bus.as_ref().map(|bus| Bus {
            kind: bus.kind.to_owned(),
            version: bus.version.map(str::to_owned),
            lanes: bus.lanes,
        });
        let output = |output: &OutputView<'_>| Output {
            kind: output.kind.to_owned(),
            version: output.version.map(str::to_owned),
            count: output.count,
        };
        let connector = |connector: &PowerConnectorView<'_>| PowerConnector {
            kind: connector.kind.to_owned(),
            count: connector.count,
        };
        Self {
            bus,
            outputs: outputs.as_ref().map(|outputs| outputs.iter().map(output).collect()),
            power_connectors: power_connectors.as_ref().map(|all| all.iter().map(connector).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use events::Specs;

    use super::*;
    use crate::graphql::packed::PackedCard;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    fn card(document: CardDocument, offers: Vec<Arc<OfferRow>>) -> CardRow {
        CardRow {
            id: i64::MIN,
            slug: "slug".to_owned(),
            name: "Имя \u{0} \"".to_owned(),
            brand_id: None,
            gpu_id: Some(i32::MAX),
            document: document.into(),
            gtins: vec!["04711387123456".to_owned()],
            match_by: String::new(),
            match_confidence: 0.1 + 0.2,
            match_explanation: "why".to_owned(),
            updated_at: at(1_700_000_000_123_456),
            technology_ids: vec![3, 4],
            technology_versions: vec![None, Some("3.5".to_owned())],
            offers,
        }
    }

    fn full() -> CardDocument {
        let number = Some(u32::MAX);
        let text = |text: &str| Some(text.to_owned());
        CardDocument {
            mpns: vec!["A-1".to_owned(), "A1".to_owned()],
            specs: Specs {
                memory_mb: number,
                memory_type: text("GDDR6X"),
                memory_bus_bits: number,
                memory_bandwidth_mbps: number,
                base_clock_mhz: Some(0),
                boost_clock_mhz: number,
                stream_processors: number,
                board_power_watts: number,
                recommended_psu_watts: number,
                length_mm: number,
                slot_width_hundredths: number,
                process_nm: number,
                architecture: text("Ada Lovelace"),
                released_on: chrono::NaiveDate::from_ymd_opt(2024, 2, 29),
            },
            interfaces: Interfaces {
                bus: Some(Bus { kind: "PCIe".to_owned(), version: text("4.0"), lanes: number }),
                outputs: Some(vec![Output { kind: "hdmi".to_owned(), version: None, count: 2 }]),
                power_connectors: Some(vec![PowerConnector { kind: "16-pin".to_owned(), count: 1 }]),
            },
            images: vec!["https://img.example/1".to_owned()],
        }
    }

    fn empty() -> CardDocument {
        let (specs, interfaces) = (Specs::default(), Interfaces::default());
        CardDocument { mpns: Vec::new(), specs, interfaces, images: Vec::new() }
    }

    fn offer(previous_price_minor: Option<i64>) -> Arc<OfferRow> {
        Arc::new(OfferRow {
            id: 1,
            card_id: i64::MIN,
            shop_id: 3,
            title: "title".to_owned(),
            url: "https://shop.example/1".to_owned(),
            observed_at: at(-1),
            missing: true,
            price_minor: i64::MAX,
            currency: "JPY".to_owned(),
            previous_price_minor,
            base_price_minor: -1,
            availability: "in_stock".to_owned(),
        })
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        for (document, offers) in [(full(), vec![offer(None), offer(Some(5))]), (empty(), vec![])] {
            let row = card(document, offers);
            let packed = PackedCard::of(&row).unwrap();
            let again = PackedCard::from_bytes(packed.bytes()).unwrap();
            assert_eq!(again.id, row.id);
            assert_eq!(format!("{:?}", CardRow::from(&again.open().unwrap())), format!("{row:?}"));
            let half = PackedCard::from_bytes(&packed.bytes()[..packed.bytes().len() / 2]).unwrap();
            assert!(half.open().is_err());
        }
        assert!(PackedCard::from_bytes(&[]).is_none());
    }
}
