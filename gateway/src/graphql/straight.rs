//! Objects written straight into JSON.
//!
//! Resolving gives each field of each object a future of its own, in case it has to be waited for. Of facets nothing has
//! to be, and of a card nothing once its rows are read. So where a selection has neither directives nor conditions of type,
//! one walk over it writes the object. Each type says beside its resolvers how its fields are written. A field that isn't
//! written here is no mistake: then the whole object is resolved as ever, if need be by executing the whole document (see
//! [`super::lean`]).

use std::{
    borrow::Cow,
    cell::Cell,
    ops::Range,
    sync::{Arc, atomic::Ordering},
};

use async_graphql::{
    ContextSelectionSet, EnumType, InputType, Name, OutputType, Positioned, QueryEnv, ServerResult,
    Value as Given, parser::types::Field, registry::Registry,
};
use async_graphql_value::Value;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    errors::StoreFailed,
    gaps::{self, Gap, Open, Opened},
    ids::{self, NodeType},
    lean::Lean,
    packed::{CardView, PackedCard},
    parts::{CardParts, Hanging},
    plan::{CardSelection, Expected, Plan},
    request::RequestData,
    rows::ShopRow,
};

/// An object whose fields can be written without waiting for anything.
pub(super) trait Straight {
    /// Its type in the schema.
    const TYPE: &'static str;

    /// Writes the value of a field; false: this can't be done here.
    fn write(&self, field: &Expected, out: &mut Out<'_>) -> bool;
}

/// Where objects are written to, and what all of them may need for it.
pub(super) struct Out<'o> {
    json: Vec<u8>,
    /// What is left open of it where it is kept.
    gaps: Vec<Gap>,
    /// Times that were written before, and where: many are the same.
    times: Vec<(DateTime<Utc>, Range<usize>)>,
    /// `None`: nothing that is asked for names a variable.
    asked: Option<&'o QueryEnv>,
    pub(super) data: &'o RequestData,
    shops: &'o [Shared<ShopRow>],
}

/// How many times are looked for among those that were written before.
const MOST_TIMES: usize = 4;

/// What several objects of one output have in common, and where in it that was written last: the next time it is copied.
pub(super) struct Shared<T> {
    pub(super) row: Arc<T>,
    written: Cell<Option<At>>,
}

/// Where something was written, as a selection that begins at this address asks for it.
#[derive(Clone, Copy)]
struct At {
    selection: usize,
    begin: usize,
    end: usize,
}

impl<T> Shared<T> {
    pub(super) fn new(row: Arc<T>) -> Self {
        Self { row, written: Cell::new(None) }
    }
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

impl Out<'_> {
    /// What is given for an argument, null where nothing is; `None`: something that can't be.
    pub(super) fn argument<T: InputType>(&self, field: &Expected, name: &str) -> Option<T> {
        let given = field.arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let given = given.cloned().unwrap_or(Value::Null);
        let given = given.into_const_with(|name| Ok::<_, ()>(self.variable(&name))).ok()?;
        T::parse(Some(given)).ok()
    }

    fn variable(&self, name: &Name) -> Given {
        let Some(asked) = self.asked else { return Given::Null };
        let defined = &asked.operation.node.variable_definitions;
        let default = || defined.iter().find(|known| known.node.name.node == *name)?.node.default_value();
        asked.variables.get(name).or_else(default).cloned().unwrap_or_default()
    }

    pub(super) fn scalar(&mut self, value: &(impl Serialize + ?Sized)) -> bool {
        // Writing to memory doesn't fail, and text, numbers and truths have a JSON form.
        serde_json::to_writer(&mut self.json, value).is_ok()
    }

    pub(super) fn text(&mut self, text: &str) -> bool {
        // All of it is looked through, which is done for many bytes at once.
        let is_escaped = text.bytes().fold(false, |any, byte| any | matches!(byte, ..b' ' | b'"' | b'\\'));
        if is_escaped { self.scalar(text) } else { self.plain(text) }
    }

    pub(super) fn text_or_null(&mut self, text: Option<&str>) -> bool {
        match text {
            Some(text) => self.text(text),
            None => self.scalar(&()),
        }
    }

    /// Text without anything that JSON escapes.
    fn plain(&mut self, text: &str) -> bool {
        self.quoted(|json| json.extend_from_slice(text.as_bytes()))
    }

    /// What is written there, between quotation marks; nothing in it may have to be escaped.
    pub(super) fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        self.json.push(b'"');
        write(&mut self.json);
        self.json.push(b'"');
        true
    }

    pub(super) fn texts(&mut self, texts: &[&str]) -> bool {
        self.each(texts, |out, text| out.text(text))
    }

    pub(super) fn id(&mut self, of: NodeType, number: impl Into<i64>) -> bool {
        self.quoted(|json| ids::write(of, number.into(), json))
    }

    pub(super) fn time(&mut self, time: DateTime<Utc>) -> bool {
        if let Some((_, at)) = self.times.iter().find(|(known, _)| *known == time) {
            self.json.extend_from_within(at.clone());
            return true;
        }
        let begin = self.json.len();
        let is_written = self.plain(&time.to_rfc3339());
        if self.times.len() >= MOST_TIMES {
            self.times.remove(0);
        }
        self.times.push((time, begin..self.json.len()));
        is_written
    }

    /// What is JSON already.
    pub(super) fn raw(&mut self, json: &[u8]) {
        self.json.extend_from_slice(json);
    }

    /// What is left open where this is kept, as it is now.
    pub(super) fn open(&mut self, open: Open) -> bool {
        let begin = self.json.len();
        let is_written = self.write_open(open);
        self.gaps.push(Gap { at: begin..self.json.len(), open });
        is_written
    }

    /// The same, where a gap is filled.
    pub(super) fn write_open(&mut self, open: Open) -> bool {
        let (Open::SeenAt { shop, .. } | Open::Stale { shop }) = open;
        let Some(shop) = self.shop(shop) else { return false };
        match open {
            Open::SeenAt { observed_at, .. } => self.time(shop.row.seen_at(observed_at)),
            Open::Stale { .. } => {
                self.raw(if self.data.is_stale(&shop.row) { b"true" } else { b"false" });
                true
            }
        }
    }

    pub(super) fn choice<T: EnumType>(&mut self, of: T) -> bool {
        // Each value is in the list of its type.
        T::items().iter().find(|item| item.value == of).is_some_and(|item| self.plain(item.name))
    }

    pub(super) fn object(&mut self, object: &impl Straight, fields: &[Expected]) -> bool {
        self.json.push(b'{');
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                self.json.push(b',');
            }
            self.json.extend_from_slice(&field.key_json);
            if !self.field(object, field) {
                return false;
            }
        }
        self.json.push(b'}');
        true
    }

    fn field<T: Straight>(&mut self, object: &T, field: &Expected) -> bool {
        if field.name == "__typename" { self.plain(T::TYPE) } else { object.write(field, self) }
    }

    pub(super) fn nullable(&mut self, object: Option<&impl Straight>, fields: &[Expected]) -> bool {
        match object {
            Some(object) => self.object(object, fields),
            None => self.scalar(&()),
        }
    }

    /// What was written before as the same selection asks for it is copied.
    pub(super) fn shared<T: Straight>(&mut self, object: &Shared<T>, fields: &[Expected]) -> bool {
        let (selection, begin) = (fields.as_ptr().addr(), self.json.len());
        if let Some(at) = object.written.get().filter(|at| at.selection == selection) {
            self.json.extend_from_within(at.begin..at.end);
            return true;
        }
        let is_written = self.object(&*object.row, fields);
        object.written.set(is_written.then_some(At { selection, begin, end: self.json.len() }));
        is_written
    }

    pub(super) fn shared_or_null<T: Straight>(
        &mut self,
        object: Option<&Shared<T>>,
        fields: &[Expected],
    ) -> bool {
        match object {
            Some(object) => self.shared(object, fields),
            None => self.scalar(&()),
        }
    }

    pub(super) fn list<'t, T: Straight + 't>(
        &mut self,
        objects: impl IntoIterator<Item = &'t T>,
        fields: &[Expected],
    ) -> bool {
        self.each(objects, |out, object| out.object(object, fields))
    }

    pub(super) fn each<T>(
        &mut self,
        of: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T) -> bool,
    ) -> bool {
        self.json.push(b'[');
        for (place, one) in of.into_iter().enumerate() {
            if place > 0 {
                self.json.push(b',');
            }
            if !write(self, one) {
                return false;
            }
        }
        self.json.push(b']');
        true
    }
}

impl<'o> Out<'o> {
    /// With room for so many bytes.
    fn new(
        room: usize,
        asked: Option<&'o QueryEnv>,
        data: &'o RequestData,
        shops: &'o [Shared<ShopRow>],
    ) -> Self {
        Self { json: Vec::with_capacity(room), gaps: Vec::new(), times: Vec::new(), asked, data, shops }
    }

    pub(super) fn shop(&self, id: i16) -> Option<&'o Shared<ShopRow>> {
        self.shops.iter().find(|shop| shop.row.id == id)
    }
}
