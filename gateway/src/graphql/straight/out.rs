//! Writing what objects are made of: texts, numbers, times, lists, and objects in them.

use std::{cell::Cell, ops::Range, sync::Arc};

use async_graphql::{EnumType, InputType, Name, QueryEnv, Value as Given};
use async_graphql_value::Value;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Straight;
use crate::graphql::{
    gaps::{Gap, Open},
    ids::{self, NodeType},
    plan::Expected,
    request::RequestData,
    rows::ShopRow,
};

/// Where objects are written to, and what all of them may need for it.
pub(in crate::graphql) struct Out<'o> {
    pub(super) json: Vec<u8>,
    /// What is left open of it where it is kept.
    pub(super) gaps: Vec<Gap>,
    /// Times that were written before, and where: many are the same.
    times: Vec<(DateTime<Utc>, Range<usize>)>,
    /// `None`: nothing that is asked for names a variable.
    asked: Option<&'o QueryEnv>,
    pub(in crate::graphql) data: &'o RequestData,
    shops: &'o [Shared<ShopRow>],
}

/// How many times are looked for among those that were written before.
const MOST_TIMES: usize = 4;

/// What several objects of one output have in common, and where in it that was written last: the next time it is copied.
pub(in crate::graphql) struct Shared<T> {
    pub(in crate::graphql) row: Arc<T>,
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
    pub(in crate::graphql) fn new(row: Arc<T>) -> Self {
        Self { row, written: Cell::new(None) }
    }
}

impl Out<'_> {
    /// What is given for an argument, null where nothing is; `None`: something that can't be.
    pub(in crate::graphql) fn argument<T: InputType>(&self, field: &Expected, name: &str) -> Option<T> {
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

    pub(in crate::graphql) fn scalar(&mut self, value: &(impl Serialize + ?Sized)) -> bool {
        // Writing to memory doesn't fail, and text, numbers and truths have a JSON form.
        serde_json::to_writer(&mut self.json, value).is_ok()
    }

    pub(in crate::graphql) fn text(&mut self, text: &str) -> bool {
        // All of it is looked through, which is done for many bytes at once.
        let is_escaped = text.bytes().fold(false, |any, byte| any | matches!(byte, ..b' ' | b'"' | b'\\'));
        if is_escaped { self.scalar(text) } else { self.plain(text) }
    }

    pub(in crate::graphql) fn text_or_null(&mut self, text: Option<&str>) -> bool {
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
    pub(in crate::graphql) fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        self.json.push(b'"');
        write(&mut self.json);
        self.json.push(b'"');
        true
    }

    pub(in crate::graphql) fn texts(&mut self, texts: &[&str]) -> bool {
        self.each(texts, |out, text| out.text(text))
    }

    pub(in crate::graphql) fn id(&mut self, of: NodeType, number: impl Into<i64>) -> bool {
        self.quoted(|json| ids::write(of, number.into(), json))
    }

    pub(in crate::graphql) fn time(&mut self, time: DateTime<Utc>) -> bool {
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
    pub(in crate::graphql) fn raw(&mut self, json: &[u8]) {
        self.json.extend_from_slice(json);
    }

    /// What is left open where this is kept, as it is now.
    pub(in crate::graphql) fn open(&mut self, open: Open) -> bool {
        let begin = self.json.len();
        let is_written = self.write_open(open);
        self.gaps.push(Gap { at: begin..self.json.len(), open });
        is_written
    }

    /// The same, where a gap is filled.
    pub(in crate::graphql) fn write_open(&mut self, open: Open) -> bool {
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

    pub(in crate::graphql) fn choice<T: EnumType>(&mut self, of: T) -> bool {
        // Each value is in the list of its type.
        T::items().iter().find(|item| item.value == of).is_some_and(|item| self.plain(item.name))
    }

    pub(in crate::graphql) fn object(&mut self, object: &impl Straight, fields: &[Expected]) -> bool {
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

    pub(in crate::graphql) fn nullable(
        &mut self,
        object: Option<&impl Straight>,
        fields: &[Expected],
    ) -> bool {
        match object {
            Some(object) => self.object(object, fields),
            None => self.scalar(&()),
        }
    }

    /// What was written before as the same selection asks for it is copied.
    pub(in crate::graphql) fn shared<T: Straight>(
        &mut self,
        object: &Shared<T>,
        fields: &[Expected],
    ) -> bool {
        let (selection, begin) = (fields.as_ptr().addr(), self.json.len());
        if let Some(at) = object.written.get().filter(|at| at.selection == selection) {
            self.json.extend_from_within(at.begin..at.end);
            return true;
        }
        let is_written = self.object(&*object.row, fields);
        object.written.set(is_written.then_some(At { selection, begin, end: self.json.len() }));
        is_written
    }

    pub(in crate::graphql) fn shared_or_null<T: Straight>(
        &mut self,
        object: Option<&Shared<T>>,
        fields: &[Expected],
    ) -> bool {
        match object {
            Some(object) => self.shared(object, fields),
            None => self.scalar(&()),
        }
    }

    pub(in crate::graphql) fn list<'t, T: Straight + 't>(
        &mut self,
        objects: impl IntoIterator<Item = &'t T>,
        fields: &[Expected],
    ) -> bool {
        self.each(objects, |out, object| out.object(object, fields))
    }

    pub(in crate::graphql) fn each<T>(
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
    pub(super) fn new(
        room: usize,
        asked: Option<&'o QueryEnv>,
        data: &'o RequestData,
        shops: &'o [Shared<ShopRow>],
    ) -> Self {
        Self { json: Vec::with_capacity(room), gaps: Vec::new(), times: Vec::new(), asked, data, shops }
    }

    pub(in crate::graphql) fn shop(&self, id: i16) -> Option<&'o Shared<ShopRow>> {
        self.shops.iter().find(|shop| shop.row.id == id)
    }
}
