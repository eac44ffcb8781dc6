//! From a shop's JSON items to listings and rejects.
//!
//! An item that can be read becomes an [`Item`], even where some of its fields can't: those are `None`, and a [`Trouble`]
//! is kept for each. An item without what a listing must have becomes a [`RefusedItem`]. One bad item must never harm its
//! neighbours.

use std::{
    borrow::Cow,
    fmt::{self, Formatter},
};

use events::{LONGEST_LIST, Listing};
use serde::{
    Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use crate::reading::{Unreadable, blank, text};

/// A larger item is none: all that a shop tells about a card fits into a hundredth of it.
const LARGEST_ITEM_BYTES: usize = 64 * 1024;

/// A listing as it was read, and what it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The shop's identifier of the listing.
    pub id: String,
    /// What the shop says.
    pub listing: Listing,
    /// Fields that could not be read.
    pub troubles: Vec<Trouble>,
    /// The item as the shop sent it.
    pub received: String,
}

/// An item that is not a listing.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedItem {
    /// Its identifier, if that could be read.
    pub id: Option<String>,
    /// Why it is not a listing.
    pub trouble: Trouble,
    /// The item as the shop sent it.
    pub received: String,
}

/// A field that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The field's name in the shop's dialect.
    pub field: &'static str,
    /// Why it could not be read.
    pub reason: Unreadable,
    /// What stood there.
    pub text: String,
}

/// The items of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    /// Those that are listings.
    pub sound: Vec<Item>,
    /// Those that are not.
    pub refused: Vec<RefusedItem>,
}

/// Reads a page's items. `id_field` names the identifier, `read` reads all but that.
pub fn read_items(
    items: &[&RawValue],
    id_field: &'static str,
    read: impl Fn(&mut Fields<'_>) -> Result<Listing, Trouble>,
) -> Items {
    let mut page = Items::default();
    for item in items {
        let received = item.get();
        match read_item(received, id_field, &read) {
            Ok(item) => page.sound.push(item),
            Err((id, trouble)) => {
                page.refused.push(RefusedItem { id, trouble, received: received.to_owned() });
            }
        }
    }
    page
}

fn read_item(
    received: &str,
    id_field: &'static str,
    read: impl Fn(&mut Fields<'_>) -> Result<Listing, Trouble>,
) -> Result<Item, (Option<String>, Trouble)> {
    let refuse = |reason| Trouble { field: "item", reason, text: String::new() };
    if received.len() > LARGEST_ITEM_BYTES {
        return Err((id_alone(received, id_field), refuse(Unreadable::TooLong)));
    }
    let value: Value = serde_json::from_str(received).map_err(|_| (None, refuse(Unreadable::Malformed)))?;
    let Value::Object(object) = &value else { return Err((None, refuse(Unreadable::WrongType))) };
    let mut troubles = Vec::new();
    let mut fields = Fields { object: Some(object), troubles: &mut troubles };
    let id = fields.required(id_field, id_of).map_err(|trouble| (None, trouble))?;
    if received.contains("u0000") && holds_nul(&value) {
        return Err((Some(id), refuse(Unreadable::Nul)));
    }
    match read(&mut fields) {
        Ok(listing) => Ok(Item { id, listing, troubles, received: received.to_owned() }),
        Err(trouble) => Err((Some(id), trouble)),
    }
}

/// The identifier of an item whose other fields are not read: as values they would take twenty times their bytes.
pub fn id_alone(received: &str, id_field: &str) -> Option<String> {
    struct Id<'f>(&'f str);
    struct IsNamed<'f>(&'f str);

    impl<'de> DeserializeSeed<'de> for IsNamed<'_> {
        type Value = bool;

        fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<bool, D::Error> {
            name.deserialize_str(self)
        }
    }

    impl Visitor<'_> for IsNamed<'_> {
        type Value = bool;

        fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
            out.write_str("a field's name")
        }

        fn visit_str<E>(self, name: &str) -> Result<bool, E> {
            Ok(name == self.0)
        }
    }

    impl<'de> Visitor<'de> for Id<'_> {
        type Value = Option<&'de RawValue>;

        fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
            out.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
            let mut id = None;
            while let Some(is_id) = fields.next_key_seed(IsNamed(self.0))? {
                if is_id {
                    id = Some(fields.next_value()?);
                } else {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
            Ok(id)
        }
    }

    let id = serde_json::Deserializer::from_str(received).deserialize_map(Id(id_field)).ok()??;
    if id.get().len() > LARGEST_ITEM_BYTES {
        return None;
    }
    id_of(&serde_json::from_str(id.get()).ok()?).ok()
}

/// An identifier is a text or a whole number.
fn id_of(value: &Value) -> Result<String, Unreadable> {
    match value {
        Value::String(id) if !id.contains('\0') => text::id(id),
        Value::String(_) => Err(Unreadable::Nul),
        Value::Number(id) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        _ => Err(Unreadable::WrongType),
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(object) => object.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The fields of a JSON object, read one by one. What can't be read is noted on the way.
#[derive(Debug)]
pub struct Fields<'a> {
    object: Option<&'a Map<String, Value>>,
    troubles: &'a mut Vec<Trouble>,
}

impl<'a> Fields<'a> {
    /// A field without which there is no listing.
    pub fn required<T>(
        &self,
        field: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Unreadable>,
    ) -> Result<T, Trouble> {
        let value = self.value(field);
        let result = value.ok_or(Unreadable::Missing).and_then(read);
        result.map_err(|reason| Trouble {
            field,
            reason,
            text: value.map(Value::to_string).unwrap_or_default(),
        })
    }

    /// A text without which there is no listing.
    pub fn required_text<T>(
        &self,
        field: &'static str,
        read: impl FnOnce(&str) -> Result<T, Unreadable>,
    ) -> Result<T, Trouble> {
        self.required(field, |value| read(value.as_str().ok_or(Unreadable::WrongType)?))
    }

    /// A field that says nothing where it is absent or blank, and also where it can't be read.
    pub fn optional<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&str) -> Result<T, Unreadable>,
    ) -> Option<T> {
        let value = self.value(field)?;
        let result = words(value).and_then(|words| words.map(|words| read(&words)).transpose());
        result.unwrap_or_else(|reason| {
            self.troubles.push(Trouble { field, reason, text: written(value) });
            None
        })
    }

    /// A list, each of whose entries says none, one or several things. `None` where nothing is said, and where more is
    /// said than a listing can hold: half of it would not be what the shop says.
    pub fn list<T>(
        &mut self,
        field: &'static str,
        read: impl Fn(&str) -> Result<Vec<T>, Unreadable>,
    ) -> Option<Vec<T>> {
        let value = self.value(field)?;
        let entries = match value {
            Value::Array(entries) => entries.as_slice(),
            // A single entry without its list is meant as well as it can be.
            single => std::slice::from_ref(single),
        };
        if entries.len() > LONGEST_LIST {
            return self.too_long(field, value);
        }
        let mut said = None;
        for entry in entries {
            let result = match entry.as_str() {
                Some(text) if blank::says_none(text) => Ok(Some(Vec::new())),
                _ => words(entry).and_then(|words| words.map(|words| read(&words)).transpose()),
            };
            match result {
                Ok(Some(things)) => said.get_or_insert_with(Vec::new).extend(things),
                Ok(None) => {}
                Err(reason) => self.troubles.push(Trouble { field, reason, text: written(entry) }),
            }
        }
        if said.as_ref().is_some_and(|things| things.len() > LONGEST_LIST) {
            return self.too_long(field, value);
        }
        said
    }

    fn too_long<T>(&mut self, field: &'static str, value: &Value) -> Option<T> {
        self.troubles.push(Trouble { field, reason: Unreadable::TooLong, text: written(value) });
        None
    }

    /// The fields of an object within; none where it is absent.
    pub fn inside(&mut self, field: &'static str) -> Fields<'_> {
        let value = self.value(field);
        if let Some(value) = value.filter(|value| !value.is_object() && !is_blank(value)) {
            self.troubles.push(Trouble { field, reason: Unreadable::WrongType, text: written(value) });
        }
        Fields {
            object: self.object.and_then(|object| object.get(field)?.as_object()),
            troubles: self.troubles,
        }
    }

    /// A field that is there and not null.
    fn value(&self, field: &str) -> Option<&'a Value> {
        self.object?.get(field).filter(|value| !value.is_null())
    }
}

/// A value as a text, `None` where it says nothing.
fn words(value: &Value) -> Result<Option<Cow<'_, str>>, Unreadable> {
    let words = match value {
        Value::Null => return Ok(None),
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Array(values) if values.is_empty() => return Ok(None),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(Unreadable::WrongType),
    };
    Ok(Some(words).filter(|words| !blank::is_blank(words)))
}

fn is_blank(value: &Value) -> bool {
    matches!(words(value), Ok(None))
}

/// A value as it is kept beside the reason.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
