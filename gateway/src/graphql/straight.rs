//! Objects written straight into JSON.
//!
//! Resolving gives each field of each object a future of its own, in case it has to be waited for. Of facets nothing has
//! to be, and of a card nothing once its rows are read. So where a selection has neither directives nor conditions of type,
//! one walk over it writes the object. Each type says beside its resolvers how its fields are written. A field that isn't
//! written here is no mistake: then the whole object is resolved as ever, if need be by executing the whole document (see
//! [`super::lean`]).

mod out;

use std::{
    borrow::Cow,
    ops::Range,
    sync::{Arc, atomic::Ordering},
};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, QueryEnv, ServerResult, Value as Given,
    parser::types::Field, registry::Registry,
};
use bytes::Bytes;

pub(super) use self::out::{Out, Shared};
use super::{
    errors::StoreFailed,
    gaps::{self, Gap, Opened},
    lean::Lean,
    packed::{CardView, PackedCard},
    parts::{CardParts, Hanging},
    plan::{CardSelection, Expected, Plan},
    request::RequestData,
};

/// An object whose fields can be written without waiting for anything.
pub(super) trait Straight {
    /// Its type in the schema.
    const TYPE: &'static str;

    /// Writes the value of a field; false: this can't be done here.
    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool;
}

/// A card of a page.
pub(super) enum OnPage<'p> {
    /// As it was written before, and kept.
    Kept(Opened<'p>),
    /// As it was read.
    Read(&'p PackedCard),
}

/// A page of cards, written as a list.
pub(crate) struct Page {
    pub(super) json: Bytes,
    /// The cards that were written for it.
    pub(super) written: Vec<CardOnPage>,
    gaps: Vec<Gap>,
}

/// A card that was written for a page: where it stands, and which gaps of the page are in it.
pub(crate) struct CardOnPage {
    pub(super) id: i64,
    pub(super) at: Range<usize>,
    gaps: Range<usize>,
}

impl Page {
    /// A page of these cards, one of them after the other.
    #[cfg(test)]
    pub(super) fn for_tests(cards: &[(i64, &str)]) -> Self {
        let (mut json, mut written) = (String::new(), Vec::new());
        for (id, card) in cards {
            let begin = json.len();
            json.push_str(card);
            written.push(CardOnPage { id: *id, at: begin..json.len(), gaps: 0..0 });
        }
        Self { json: json.into(), written, gaps: Vec::new() }
    }

    /// How many bytes the cards take that were written for it.
    pub(super) fn bytes_written(&self) -> usize {
        self.written.iter().map(|card| card.at.len()).sum()
    }

    /// A card of the page as it is kept.
    pub(super) fn keep(&self, card: &CardOnPage) -> Option<Vec<u8>> {
        let CardOnPage { at, gaps, .. } = card;
        gaps::keep(&self.json[at.clone()], at.start, &self.gaps[gaps.clone()])
    }
}

/// Writes a page of cards as a selection asks for them; `None`: some have to be resolved. The variables that it names are
/// those of `asked`.
///
/// # Errors
/// What the gaps of kept cards are filled with can't be read.
pub(super) async fn page(
    asked: Option<&QueryEnv>,
    data: &RequestData,
    selection: &CardSelection,
    page: &[OnPage<'_>],
) -> Result<Option<Page>, StoreFailed> {
    let read = page.iter().filter_map(|card| match card {
        OnPage::Kept(_) => None,
        OnPage::Read(card) => Some(card),
    });
    // What fails here fails again where it can be told of the card.
    let Ok(read) = read.map(|card| card.open()).collect::<Result<Vec<CardView<'_>>, _>>() else {
        return Ok(None);
    };
    let hanging = match &read[..] {
        [] if selection.leaves_gaps() => Hanging::with_shops(data).await?,
        [] => Hanging::default(),
        _ if !selection.is_plain => return Ok(None),
        read => match Hanging::on(data, &selection.fields, read).await {
            Ok(hanging) => hanging,
            // It fails again where it can be told.
            Err(StoreFailed) => return Ok(None),
        },
    };
    let usual_bytes = selection.usual_bytes.load(Ordering::Relaxed);
    let kept_bytes =
        page.iter().map(|card| if let OnPage::Kept(card) = card { card.most_bytes() } else { 0 });
    let (kept_bytes, separators) = (kept_bytes.sum::<usize>(), page.len() + "[]".len());
    let room = kept_bytes + separators + read.len() * (usual_bytes + usual_bytes / 8);
    let mut out = Out::new(room, asked, data, &hanging.shops);
    let (mut views, mut written) = (read.iter(), Vec::with_capacity(read.len()));
    let is_whole = out.each(page, |out, card| match card {
        OnPage::Kept(card) => card.fill(out),
        OnPage::Read(_) => views.next().is_some_and(|card| {
            let (begin, gaps) = (out.json.len(), out.gaps.len());
            let is_whole = out.object(&CardParts { card, hanging: &hanging }, &selection.fields);
            written.push(CardOnPage { id: card.id, at: begin..out.json.len(), gaps: gaps..out.gaps.len() });
            is_whole
        }),
    });
    if !is_whole {
        return Ok(None);
    }
    let page = Page { json: out.json.into(), written, gaps: out.gaps };
    if let Some(usual_bytes) = page.bytes_written().checked_div(read.len()) {
        selection.usual_bytes.store(usual_bytes, Ordering::Relaxed);
    }
    Ok(Some(page))
}

/// A card as it was kept, filled with what it leaves open; `None`: that isn't known.
pub(super) async fn filled(data: &RequestData, card: Opened<'_>) -> Option<Bytes> {
    let hanging = Hanging::with_shops(data).await.ok()?;
    let mut out = Out::new(card.most_bytes(), None, data, &hanging.shops);
    card.fill(&mut out).then(|| out.json.into())
}

/// An object that has all that can be asked of it at hand, for a type that the plan of an operation knows to be so.
pub(super) struct AtHand<T>(pub(super) T);

impl<T: OutputType + Straight> OutputType for AtHand<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Given> {
        let selection = ctx.data_opt::<Arc<Plan>>().and_then(|plan| plan.at_hand(ctx.item.pos));
        if let Some(selection) = selection {
            let usual_bytes = selection.usual_bytes.load(Ordering::Relaxed);
            let (room, data) = (usual_bytes + usual_bytes / 8, ctx.data_unchecked::<RequestData>());
            let mut out = Out::new(room, Some(ctx.query_env), data, &[]);
            if out.object(&self.0, &selection.fields) {
                selection.usual_bytes.store(out.json.len(), Ordering::Relaxed);
                return Ok(Given::Binary(out.json.into()));
            }
        }
        if Lean::needs_more(ctx) {
            return Ok(Given::Null);
        }
        self.0.resolve(ctx, field).await
    }
}
