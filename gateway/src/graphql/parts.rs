//! A card together with the rows that hang on it, as far as a selection asks for them, and how all of it is written
//! straight (see [`super::straight`]).

use std::sync::Arc;

use super::{
    card::{CardTechnology, Match, Offers, Source, available, buyable, price_range, supported_by},
    errors::StoreFailed,
    filter::Availability,
    ids::NodeType,
    plan::Expected,
    request::RequestData,
    rows::{BrandRow, CardRow, GpuRow, ShopRow, SourcesRow},
    specs::{Interfaces, Specs},
    straight::{Out, Straight},
};

/// A card with what hangs on it.
pub(super) struct CardParts<'d> {
    card: &'d CardRow,
    brand: Option<Arc<BrandRow>>,
    gpu: Option<Arc<GpuRow>>,
    technologies: Vec<CardTechnology>,
    offers: Arc<Offers>,
    sources: Option<Arc<SourcesRow>>,
    /// All shops, by name, where a field may name one.
    pub(super) shops: &'d [Arc<ShopRow>],
}

impl<'d> CardParts<'d> {
    /// Reads what `fields` ask for of several cards, each kind of it at once.
    pub(super) async fn of_all(
        data: &'d RequestData,
        fields: &[Expected],
        cards: &[&'d CardRow],
    ) -> Result<Vec<Self>, StoreFailed> {
        let asks = |names: &[&str]| fields.iter().any(|field| names.contains(&field.name.as_str()));
        let of = |names: &[&str]| if asks(names) { cards.iter() } else { [].iter() };
        let ids = |names: &[&str]| of(names).map(|card| card.id);
        let loaders = &data.loaders;
        let technologies = of(&["technologies", "technologyVersions"]);
        let shops = asks(&["offers", "bestOffer", "sources"]);
        let (brands, gpus, sources, technologies, offers, shops) = tokio::try_join!(
            loaders.brands.by_key(of(&["brand"]).filter_map(|card| card.brand_id)),
            loaders.gpus.by_key(of(&["gpu"]).filter_map(|card| card.gpu_id)),
            loaders.card_sources.by_key(ids(&["sources"])),
            loaders.technologies.by_key(technologies.flat_map(|card| &card.technology_ids).copied()),
            loaders.offers_by_card.by_key(ids(OF_OFFERS)),
            async { if shops { data.shops().await } else { Ok(&[][..]) } },
        )?;
        let parts = |card: &&'d CardRow| Self {
            card,
            brand: card.brand_id.and_then(|id| brands.get(&id).cloned()),
            gpu: card.gpu_id.and_then(|id| gpus.get(&id).cloned()),
            technologies: supported_by(card, &technologies),
            offers: offers.get(&card.id).cloned().unwrap_or_default(),
            sources: sources.get(&card.id).cloned(),
            shops,
        };
        Ok(cards.iter().map(parts).collect())
    }

    /// Reads ahead what `fields` ask for of cards that are being read themselves.
    pub(super) async fn read_ahead(data: &RequestData, fields: &[Expected], ids: &[i64]) {
        if fields.iter().any(|field| OF_OFFERS.contains(&field.name.as_str())) {
            // What fails here fails again where it can be told.
            data.loaders.offers_by_card.many(ids).await.ok();
        }
    }
}

/// Fields that are made of a card's offers.
const OF_OFFERS: &[&str] = &["offers", "bestOffer", "priceRange"];

impl Straight for CardParts<'_> {
    const TYPE: &'static str = "VideoCard";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        let (card, fields) = (self.card, &*field.fields);
        match field.name.as_str() {
            "id" => out.id(NodeType::VideoCard, card.id),
            "slug" => out.scalar(&card.slug),
            "name" => out.scalar(&card.name),
            "brand" => out.nullable(self.brand.as_deref(), fields),
            "gpu" => out.nullable(self.gpu.as_deref(), fields),
            "mpns" => out.scalar(&card.document.mpns),
            "gtins" => out.scalar(&card.gtins),
            "specs" => out.object(&Specs::from(&card.document.specs), fields),
            "interfaces" => out.object(&Interfaces::from(&card.document.interfaces), fields),
            "technologies" => {
                out.list(self.technologies.iter().map(|supported| &*supported.technology.0), fields)
            }
            "technologyVersions" => out.list(&self.technologies, fields),
            "images" => out.scalar(&card.document.images),
            "offers" => {
                let wanted = out.argument::<Option<Vec<Availability>>>(field, "availability");
                let Some(wanted) = wanted else { return false };
                out.list(available(&self.offers, wanted.as_deref()).map(|offer| &**offer), fields)
            }
            "bestOffer" => out.nullable(buyable(&self.offers).next().map(|offer| &**offer), fields),
            "priceRange" => out.nullable(price_range(&self.offers, out.data.base_currency).as_ref(), fields),
            "sources" => {
                let sources: Vec<Source> =
                    self.sources.iter().flat_map(|sources| sources.of_shops(self.shops)).collect();
                out.list(&sources, fields)
            }
            "match" => out.object(&Match::of(card), fields),
            "updatedAt" => out.time(card.updated_at),
            _ => false,
        }
    }
}

impl Straight for CardTechnology {
    const TYPE: &'static str = "CardTechnology";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "technology" => out.object(&*self.technology.0, &field.fields),
            "version" => out.scalar(&self.version),
            _ => false,
        }
    }
}

impl Straight for Source {
    const TYPE: &'static str = "Source";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "field" => out.scalar(&self.field),
            "shop" => out.object(&*self.shop.0, &field.fields),
            "value" => out.scalar(&self.value),
            "observedAt" => out.time(self.observed_at),
            "chosen" => out.scalar(&self.chosen),
            "conflict" => out.scalar(&self.conflict),
            _ => false,
        }
    }
}

impl Straight for Match {
    const TYPE: &'static str = "Match";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "by" => out.choice(self.by),
            "confidence" => out.scalar(&self.confidence),
            "explanation" => out.scalar(&self.explanation),
            _ => false,
        }
    }
}
