//! A video card.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    compare::{self, Compared, VideoCardComparison},
    errors::{ApiError, StoreFailed},
    filter::Availability,
    history::PriceHistory,
    ids::{self, NodeType},
    money::{ENGLISH, Money, MoneyRange},
    names::{Brand, Gpu, Shop, Technology},
    offer::Offer,
    packed::{OfferView, PackedCard},
    request::data,
    rows::{CardRow, OfferRow, PricePointRow, ShopRow, SourcesRow, TechnologyRow},
    scalars::Url,
    specs::{Interfaces, Specs},
};
use crate::card::match_word;

/// A video card: what all shops together say about one product.
#[derive(Clone)]
pub struct VideoCard(pub(crate) Arc<CardRow>);

impl VideoCard {
    /// A card, unpacked.
    pub(super) fn of(packed: &PackedCard) -> Result<Self, StoreFailed> {
        Ok(Self(Arc::new(CardRow::from(&packed.open()?))))
    }

    fn offer_views(&self) -> impl DoubleEndedIterator<Item = OfferView<'_>> {
        self.0.offers.iter().map(|offer| offer.view())
    }

    /// The cheapest offer that can be bought.
    fn best(&self) -> Option<&Arc<OfferRow>> {
        self.0.offers.iter().find(|offer| offer.view().is_buyable())
    }

    async fn supported(&self, ctx: &Context<'_>) -> Result<Vec<CardTechnology>, ApiError> {
        let ids = self.0.technology_ids.iter().copied();
        let technologies = data(ctx).loaders.technologies.by_key(ids).await?;
        Ok(supported_by(&self.0, &technologies))
    }
}

/// The cheapest and the dearest of a card's offers that can be bought, of which the cheapest comes first.
pub(super) fn price_range<'o>(
    offers: impl DoubleEndedIterator<Item = OfferView<'o>>,
    base_currency: &str,
) -> Option<MoneyRange> {
    let buyable = offers.filter(|offer| offer.is_buyable());
    let mut prices = buyable.map(|offer| Money::of(offer.base_price_minor, base_currency));
    let min = prices.next()?;
    let max = prices.next_back().unwrap_or_else(|| min.clone());
    Some(MoneyRange { min, max })
}

/// What a card supports, by code, of the technologies that are known, by id.
pub(super) fn supported_by(
    card: &CardRow,
    technologies: &BTreeMap<i32, Arc<TechnologyRow>>,
) -> Vec<CardTechnology> {
    let with_version = card.technology_ids.iter().zip(&card.technology_versions);
    let known = |(id, version): (&i32, &Option<String>)| {
        Some(CardTechnology {
            technology: Technology(technologies.get(id)?.clone()),
            version: version.clone(),
        })
    };
    let mut supported: Vec<CardTechnology> = with_version.filter_map(known).collect();
    supported.sort_unstable_by(|one, other| one.technology.0.code.cmp(&other.technology.0.code));
    supported
}

/// A video card: what all shops together say about one product.
#[Object]
impl VideoCard {
    /// Identifier, unique over all types. It goes on finding the card, also after another card took it over.
    pub(crate) async fn id(&self) -> ID {
        ids::encode(NodeType::VideoCard, self.0.id)
    }

    /// Name for addresses. It stays when the name changes.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people: brand, line, chip and memory.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The house that sells it under its name; null: not known.
    async fn brand(&self, ctx: &Context<'_>) -> Result<Option<Brand>, ApiError> {
        let Some(id) = self.0.brand_id else { return Ok(None) };
        Ok(data(ctx).loaders.brands.one(id).await?.map(Brand))
    }

    /// Its graphics chip; null: not known.
    async fn gpu(&self, ctx: &Context<'_>) -> Result<Option<Gpu>, ApiError> {
        let Some(id) = self.0.gpu_id else { return Ok(None) };
        Ok(data(ctx).loaders.gpus.one(id).await?.map(Gpu))
    }

    /// Manufacturer's part numbers, as the shops write them.
    async fn mpns(&self) -> &[String] {
        &self.0.document.mpns
    }

    /// Barcodes as GTIN-14.
    async fn gtins(&self) -> &[String] {
        &self.0.gtins
    }

    /// Technical characteristics.
    async fn specs(&self) -> Specs {
        Specs::from(&self.0.document.specs)
    }

    /// Bus, outputs and power connectors.
    async fn interfaces(&self) -> Interfaces {
        Interfaces::from(&self.0.document.interfaces)
    }

    /// Supported technologies, by code.
    async fn technologies(&self, ctx: &Context<'_>) -> Result<Vec<Technology>, ApiError> {
        Ok(self.supported(ctx).await?.into_iter().map(|supported| supported.technology).collect())
    }

    /// Supported technologies with their versions, by code.
    async fn technology_versions(&self, ctx: &Context<'_>) -> Result<Vec<CardTechnology>, ApiError> {
        self.supported(ctx).await
    }

    /// Addresses of pictures.
    async fn images(&self) -> Vec<Url> {
        self.0.document.images.iter().cloned().map(Url).collect()
    }

    /// What it costs where, cheapest first.
    async fn offers(
        &self,
        #[graphql(desc = "Only offers of these availabilities.")] availability: Option<Vec<Availability>>,
    ) -> Vec<Offer> {
        let is_wanted = |offer: &&Arc<OfferRow>| offer.view().is_any_of(availability.as_deref());
        self.0.offers.iter().filter(is_wanted).cloned().map(Offer).collect()
    }

    /// The cheapest offer that can be bought now (`IN_STOCK`, `PREORDER` or `ON_ORDER`); null: none can.
    async fn best_offer(&self) -> Option<Offer> {
        self.best().cloned().map(Offer)
    }

    /// The cheapest and the dearest offer that can be bought now, in the base currency; null: none can.
    async fn price_range(&self, ctx: &Context<'_>) -> Option<MoneyRange> {
        price_range(self.offer_views(), data(ctx).base_currency)
    }

    /// What it cost when.
    async fn price_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only from this time on.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Only up to this time.")] to: Option<DateTime<Utc>>,
        #[graphql(desc = "Only in this shop, by slug.")] shop: Option<String>,
    ) -> Result<PriceHistory, ApiError> {
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(ApiError::bad_input("`from` is after `to`."));
        }
        let data = data(ctx);
        let shop_id = match &shop {
            None => None,
            Some(slug) => {
                let known =
                    data.shops().await?.iter().find(|known| known.slug == *slug).map(|known| known.id);
                Some(known.ok_or_else(|| ApiError::bad_input("`shop` is the slug of no shop."))?)
            }
        };
        let rows = data.loaders.price_points.one(self.0.id).await?;
        let known = rows.iter().flat_map(|rows| rows.iter()).map(PricePointRow::to_point);
        let known = known.filter(|point| shop_id.is_none_or(|shop| point.shop_id == shop)).collect();
        let of_shop = |offer: &&Arc<OfferRow>| shop_id.is_none_or(|shop| offer.shop_id == shop);
        let offers = self.0.offers.iter().filter(of_shop).cloned().collect();
        Ok(PriceHistory { known, from, to, offers })
    }

    /// Which shop said what, field by field, and where they disagree.
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<Source>, ApiError> {
        let row = data(ctx).loaders.card_sources.one(self.0.id).await?;
        let Some(row) = row.filter(|row| !row.sources.is_empty()) else { return Ok(Vec::new()) };
        Ok(row.of_shops(data(ctx).shops().await?.iter()).collect())
    }

    /// Why these listings are held to be one product.
    #[graphql(name = "match")]
    async fn why(&self) -> Match {
        Match::of(&self.0)
    }

    /// When anything about it last changed, a price included.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
}

/// The card that goes by an id now: the card itself or the one that took it over.
pub(crate) async fn by_ids(ctx: &Context<'_>, ids: &[i64]) -> Result<Vec<Option<Arc<PackedCard>>>, ApiError> {
    let data = data(ctx);
    let mut cards = data.loaders.cards.many(ids).await?;
    // Only who is not a card any more may have been taken over, whatever the index has heard of that by now.
    let missing = ids.iter().zip(&cards).filter_map(|(id, card)| card.is_none().then_some(*id));
    let missing: Vec<i64> = missing.collect();
    if !missing.is_empty() {
        let query = sqlx::query_as(include_str!("../../../sql/gateway/card_resolve.sql")).bind(missing);
        let taken_over: Vec<(i64, i64)> = super::loaders::read(query.fetch_all(&data.pool)).await?;
        let now: Vec<i64> = taken_over.iter().map(|(_, now)| *now).collect();
        let found = data.loaders.cards.many(&now).await?;
        let by_old: BTreeMap<i64, _> = taken_over.into_iter().map(|(old, _)| old).zip(found).collect();
        for (id, card) in ids.iter().zip(&mut cards).filter(|(_, card)| card.is_none()) {
            *card = by_old.get(id).cloned().flatten();
        }
    }
    Ok(cards)
}

/// Cards side by side.
pub(crate) async fn compare(ctx: &Context<'_>, asked: &[ID]) -> Result<VideoCardComparison, ApiError> {
    let no_card = |id: &ID| {
        let id: String = id.chars().take(40).collect();
        ApiError::bad_input(format!("`ids` has {id:?}, which is no card's identifier."))
    };
    let mut numbers = Vec::new();
    for id in asked {
        match ids::decode(id) {
            Some((NodeType::VideoCard, number)) => numbers.push(number),
            _ => return Err(no_card(id)),
        }
    }
    let mut cards = Vec::new();
    for (card, id) in by_ids(ctx, &numbers).await?.into_iter().zip(asked) {
        cards.push(VideoCard::of(&*card.ok_or_else(|| no_card(id))?)?);
    }
    let loaders = &data(ctx).loaders;
    // Each kind for all cards at once.
    let brands =
        loaders.brands.many(&cards.iter().filter_map(|card| card.0.brand_id).collect::<Vec<_>>()).await?;
    let gpus = loaders.gpus.many(&cards.iter().filter_map(|card| card.0.gpu_id).collect::<Vec<_>>()).await?;
    let technologies = cards.iter().flat_map(|card| &card.0.technology_ids).copied().collect::<BTreeSet<_>>();
    loaders.technologies.many(&technologies.into_iter().collect::<Vec<_>>()).await?;
    let mut compared = Vec::new();
    for card in &cards {
        let best = card.best().map(|offer| Money::of(offer.base_price_minor, data(ctx).base_currency));
        let named = |supported: CardTechnology| match supported.version {
            Some(version) => format!("{} {version}", supported.technology.0.name),
            None => supported.technology.0.name.clone(),
        };
        compared.push(Compared {
            card,
            brand: brands
                .iter()
                .flatten()
                .find(|brand| Some(brand.id) == card.0.brand_id)
                .map(|brand| &**brand),
            gpu: gpus.iter().flatten().find(|gpu| Some(gpu.id) == card.0.gpu_id).map(|gpu| &**gpu),
            price: best.map(|best| best.written(ENGLISH)),
            technologies: card.supported(ctx).await?.into_iter().map(named).collect(),
        });
    }
    let rows = compare::rows(&compared);
    Ok(VideoCardComparison { cards, rows })
}

/// A technology of one card, with its version on this card.
#[derive(SimpleObject)]
pub struct CardTechnology {
    /// The technology.
    pub(super) technology: Technology,
    /// Which version of it: `3.5`; null: no shop says.
    pub(super) version: Option<String>,
}

/// What one shop says in one field.
#[derive(SimpleObject)]
pub struct Source {
    /// The field, as this schema names it: `specs.memoryGb`.
    pub(super) field: String,
    /// The shop.
    pub(super) shop: Shop,
    /// The value as a person reads it: `12 GB`.
    pub(super) value: String,
    /// When the shop was seen to say this.
    pub(super) observed_at: DateTime<Utc>,
    /// Whether the card says what this shop says.
    pub(super) chosen: bool,
    /// Whether shops really disagree about the field.
    pub(super) conflict: bool,
}

impl SourcesRow {
    /// What is said by shops that there are.
    pub(super) fn of_shops<'s>(
        &'s self,
        shops: impl Iterator<Item = &'s Arc<ShopRow>> + Clone,
    ) -> impl Iterator<Item = Source> {
        self.sources.iter().filter_map(move |source| {
            Some(Source {
                field: source.field.clone(),
                shop: Shop(Arc::clone(shops.clone().find(|shop| shop.slug == source.shop)?)),
                value: source.value.clone(),
                observed_at: source.observed_at,
                chosen: source.chosen,
                conflict: source.conflict,
            })
        })
    }
}

/// Why listings are held to be one product.
#[derive(SimpleObject)]
pub struct Match {
    /// The weakest reason that was needed to hold all of them together.
    pub(super) by: MatchKind,
    /// How sure this is, from 0 to 1.
    pub(super) confidence: f64,
    /// The reason in words.
    pub(super) explanation: String,
}

impl Match {
    fn of(card: &CardRow) -> Self {
        Self {
            by: MatchKind::of(&card.match_by),
            confidence: card.match_confidence,
            explanation: card.match_explanation.clone(),
        }
    }
}

/// Why listings are held to be one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MatchKind {
    /// There is one listing alone.
    SingleListing,
    /// A shared barcode.
    Gtin,
    /// A shared part number.
    Mpn,
    /// What the titles say.
    Title,
    /// A person decided it.
    Override,
}

impl MatchKind {
    pub(super) fn of(word: &str) -> Self {
        [
            (merge::MatchKind::Gtin, Self::Gtin),
            (merge::MatchKind::Mpn, Self::Mpn),
            (merge::MatchKind::Title, Self::Title),
            (merge::MatchKind::Override, Self::Override),
        ]
        .into_iter()
        .find(|(kind, _)| match_word(*kind) == word)
        .map_or(Self::SingleListing, |(_, kind)| kind)
    }
}
