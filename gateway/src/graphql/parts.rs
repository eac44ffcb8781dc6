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
    straight::{Out, Shared, Straight},
};

/// What hangs on the cards of a page, as far as a selection asks for it.
#[derive(Default)]
pub(super) struct Hanging {
    brands: BTreeMap<i32, Shared<BrandRow>>,
    gpus: BTreeMap<i32, Shared<GpuRow>>,
    /// By code.
    technologies: Vec<Shared<TechnologyRow>>,
    /// By card.
    sources: BTreeMap<i64, Arc<SourcesRow>>,
    /// All shops, by name, where a field may name one.
    pub(super) shops: Vec<Shared<ShopRow>>,
}

impl Hanging {
    /// Reads what `fields` ask for of several cards, each kind of it at once.
    pub(super) async fn on(
        data: &RequestData,
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
        let mut technologies: Vec<Shared<TechnologyRow>> =
            technologies.into_values().map(Shared::new).collect();
        technologies.sort_unstable_by(|one, other| one.row.code.cmp(&other.row.code));
        let shops = shops.iter().cloned().map(Shared::new).collect();
        Ok(Self { brands: shared(brands), gpus: shared(gpus), technologies, sources, shops })
    }

    /// Nothing but the shops.
    pub(super) async fn with_shops(data: &RequestData) -> Result<Self, StoreFailed> {
        let shops = data.shops().await?.iter().cloned().map(Shared::new).collect();
        Ok(Self { shops, ..Self::default() })
    }
}

fn shared<T>(rows: BTreeMap<i32, Arc<T>>) -> BTreeMap<i32, Shared<T>> {
    rows.into_iter().map(|(id, row)| (id, Shared::new(row))).collect()
}

/// A card with what hangs on it.
pub(super) struct CardParts<'p> {
    pub(super) card: &'p CardView<'p>,
    pub(super) hanging: &'p Hanging,
}

/// A technology that a card supports.
struct Supported<'p> {
    technology: &'p Shared<TechnologyRow>,
    version: Option<&'p str>,
}

impl<'p> CardParts<'p> {
    /// What it supports, by code.
    fn supported(&self) -> impl Iterator<Item = Supported<'p>> {
        let Self { card, hanging } = *self;
        hanging.technologies.iter().filter_map(|technology| {
            let (_, version) = card.technologies.iter().find(|(id, _)| *id == technology.row.id)?;
            Some(Supported { technology, version: *version })
        })
    }
}

impl Straight for CardParts<'_> {
    const TYPE: &'static str = "VideoCard";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        let Self { card, hanging } = self;
        let (offers, fields) = (|| card.offers.iter().copied(), &*field.fields);
        match field.name.as_str() {
            "id" => out.id(NodeType::VideoCard, card.id),
            "slug" => out.text(card.slug),
            "name" => out.text(card.name),
            "brand" => {
                let brand = card.brand_id.and_then(|id| hanging.brands.get(&id));
                out.shared_or_null(brand, fields)
            }
            "gpu" => {
                let gpu = card.gpu_id.and_then(|id| hanging.gpus.get(&id));
                out.shared_or_null(gpu, fields)
            }
            "mpns" => out.texts(&card.mpns),
            "gtins" => out.texts(&card.gtins),
            "specs" => out.object(&card.specs, fields),
            "interfaces" => out.object(&card.interfaces, fields),
            "technologies" => {
                out.each(self.supported(), |out, supported| out.shared(supported.technology, fields))
            }
            "technologyVersions" => {
                out.each(self.supported(), |out, supported| out.object(&supported, fields))
            }
            "images" => out.texts(&card.images),
            "offers" => {
                let wanted = out.argument::<Option<Vec<Availability>>>(field, "availability");
                let Some(wanted) = wanted else { return false };
                let is_wanted = |offer: &&_| OfferView::is_any_of(**offer, wanted.as_deref());
                out.list(card.offers.iter().filter(is_wanted), fields)
            }
            "bestOffer" => out.nullable(offers().find(|offer| offer.is_buyable()).as_ref(), fields),
            "priceRange" => out.nullable(price_range(offers(), out.data.base_currency).as_ref(), fields),
            "sources" => {
                let (sources, shops) = (hanging.sources.get(&card.id).into_iter(), hanging.shops.iter());
                let sources: Vec<Source> = sources
                    .flat_map(|sources| sources.of_shops(shops.clone().map(|shop| &shop.row)))
                    .collect();
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
            "technology" => out.shared(self.technology, &field.fields),
            "version" => out.text_or_null(self.version),
            _ => false,
        }
    }
}

impl Straight for Source {
    const TYPE: &'static str = "Source";

    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool {
        match field.name.as_str() {
            "field" => out.text(&self.field),
            "shop" => out.object(&*self.shop.0, &field.fields),
            "value" => out.text(&self.value),
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
            "explanation" => out.text(self.0.match_explanation),
            _ => false,
        }
    }
}
