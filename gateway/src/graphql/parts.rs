//! A card together with the rows that hang on it, as far as a selection asks for them, and how all of it is written
//! straight (see [`super::straight`]).

use std::{collections::BTreeMap, sync::Arc};

use super::{
    card::{MatchKind, Source, price_range},
    errors::StoreFailed,
    filter::Availability,
    ids::NodeType,
    packed::{CardView, OfferView},
    plan::Expected,
    request::RequestData,
    rows::{BrandRow, GpuRow, ShopRow, SourcesRow, TechnologyRow},
    straight::{Out, Straight},
};

/// What hangs on the cards of a page, as far as a selection asks for it.
pub(super) struct Hanging<'d> {
    brands: BTreeMap<i32, Arc<BrandRow>>,
    gpus: BTreeMap<i32, Arc<GpuRow>>,
    technologies: BTreeMap<i32, Arc<TechnologyRow>>,
    /// By card.
    sources: BTreeMap<i64, Arc<SourcesRow>>,
    /// All shops, by name, where a field may name one.
    pub(super) shops: &'d [Arc<ShopRow>],
}

impl<'d> Hanging<'d> {
    /// Reads what `fields` ask for of several cards, each kind of it at once.
    pub(super) async fn on(
        data: &'d RequestData,
        fields: &[Expected],
        cards: &[CardView<'_>],
    ) -> Result<Self, StoreFailed> {
        let asks = |names: &[&str]| fields.iter().any(|field| names.contains(&field.name.as_str()));
        let of = |names: &[&str]| if asks(names) { cards.iter() } else { [].iter() };
        let loaders = &data.loaders;
        let technologies = of(&["technologies", "technologyVersions"]).flat_map(|card| &card.technologies);
        let shops = asks(&["offers", "bestOffer", "sources"]);
        let (brands, gpus, technologies, sources, shops) = tokio::try_join!(
            loaders.brands.by_key(of(&["brand"]).filter_map(|card| card.brand_id)),
            loaders.gpus.by_key(of(&["gpu"]).filter_map(|card| card.gpu_id)),
            loaders.technologies.by_key(technologies.map(|(id, _)| *id)),
            loaders.card_sources.by_key(of(&["sources"]).map(|card| card.id)),
            async { if shops { data.shops().await } else { Ok(&[][..]) } },
        )?;
        Ok(Self { brands, gpus, technologies, sources, shops })
    }
}

/// A card with what hangs on it.
pub(super) struct CardParts<'p> {
    pub(super) card: &'p CardView<'p>,
    pub(super) hanging: &'p Hanging<'p>,
}

/// A technology that a card supports.
struct Supported<'p> {
    technology: &'p TechnologyRow,
    version: Option<&'p str>,
}

impl<'p> CardParts<'p> {
    /// What it supports, by code.
    fn supported(&self) -> Vec<Supported<'p>> {
        let known = self.card.technologies.iter().filter_map(|(id, version)| {
            Some(Supported { technology: self.hanging.technologies.get(id)?, version: *version })
        });
        let mut supported: Vec<Supported<'p>> = known.collect();
        supported.sort_unstable_by(|one, other| one.technology.code.cmp(&other.technology.code));
        supported
    }
}

impl Straight for CardParts<'_> {
    const TYPE: &'static str = "VideoCard";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        let Self { card, hanging } = self;
        let (offers, fields) = (|| card.offers.iter().copied(), &*field.fields);
        match field.name.as_str() {
            "id" => out.id(NodeType::VideoCard, card.id),
            "slug" => out.scalar(card.slug),
            "name" => out.scalar(card.name),
            "brand" => {
                let brand = card.brand_id.and_then(|id| hanging.brands.get(&id));
                out.nullable(brand.map(|brand| &**brand), fields)
            }
            "gpu" => {
                let gpu = card.gpu_id.and_then(|id| hanging.gpus.get(&id));
                out.nullable(gpu.map(|gpu| &**gpu), fields)
            }
            "mpns" => out.scalar(&card.mpns),
            "gtins" => out.scalar(&card.gtins),
            "specs" => out.object(&card.specs, fields),
            "interfaces" => out.object(&card.interfaces, fields),
            "technologies" => out.list(self.supported().iter().map(|supported| supported.technology), fields),
            "technologyVersions" => out.list(&self.supported(), fields),
            "images" => out.scalar(&card.images),
            "offers" => {
                let wanted = out.argument::<Option<Vec<Availability>>>(field, "availability");
                let Some(wanted) = wanted else { return false };
                let is_wanted = |offer: &&_| OfferView::is_any_of(**offer, wanted.as_deref());
                out.list(card.offers.iter().filter(is_wanted), fields)
            }
            "bestOffer" => out.nullable(offers().find(|offer| offer.is_buyable()).as_ref(), fields),
            "priceRange" => out.nullable(price_range(offers(), out.data.base_currency).as_ref(), fields),
            "sources" => {
                let sources = hanging.sources.get(&card.id).into_iter();
                let sources: Vec<Source> =
                    sources.flat_map(|sources| sources.of_shops(hanging.shops)).collect();
                out.list(&sources, fields)
            }
            "match" => out.object(&Match(card), fields),
            "updatedAt" => out.time(card.updated_at),
            _ => false,
        }
    }
}

impl Straight for Supported<'_> {
    const TYPE: &'static str = "CardTechnology";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "technology" => out.object(self.technology, &field.fields),
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

/// Why the listings of a card are held to be one product.
struct Match<'p>(&'p CardView<'p>);

impl Straight for Match<'_> {
    const TYPE: &'static str = "Match";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "by" => out.choice(MatchKind::of(self.0.match_by)),
            "confidence" => out.scalar(&self.0.match_confidence),
            "explanation" => out.scalar(self.0.match_explanation),
            _ => false,
        }
    }
}
