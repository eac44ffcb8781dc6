//! Lists of objects that hold nothing but scalars, written at once.
//!
//! Resolving is made for objects whose fields have to be waited for, and costs a task for each field. A list of facets has
//! a thousand fields that are just there.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value,
    parser::types::{Field, Selection, SelectionSet},
    registry::Registry,
};

use super::plan::Plan;

/// An object that holds nothing but scalars.
pub(crate) trait Flat: OutputType {
    /// Writes the value of a field as JSON; false: there is no such field.
    fn write(&self, field: &str, json: &mut Vec<u8>) -> bool;
}

/// Writes a scalar as JSON.
pub(crate) fn scalar(value: &(impl serde::Serialize + ?Sized), json: &mut Vec<u8>) -> bool {
    // Writing to memory doesn't fail, and text, numbers and truths have a JSON form.
    serde_json::to_writer(json, value).is_ok()
}

/// A list of such objects.
pub(crate) struct FlatList<T>(pub(crate) Vec<T>);

impl<T: Flat> OutputType for FlatList<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        // What is written can't be put together with what another selection asks of the same objects.
        let stands_alone = ctx.data_opt::<Arc<Plan>>().is_some_and(|plan| !plan.joins);
        let written = stands_alone.then(|| self.write(&ctx.item.node)).flatten();
        match written {
            Some(json) => Ok(Value::Binary(json.into())),
            None => self.0.resolve(ctx, field).await,
        }
    }
}

impl<T: Flat> FlatList<T> {
    /// `None`: the selection has more than fields.
    fn write(&self, selection: &SelectionSet) -> Option<Vec<u8>> {
        let mut fields: Vec<(&Name, &str)> = Vec::new();
        for selection in &selection.items {
            let Selection::Field(field) = &selection.node else { return None };
            let key = &field.node.response_key().node;
            // The same field can be asked for twice.
            if fields.iter().all(|(known, _)| *known != key) {
                fields.push((key, &field.node.name.node));
            }
        }
        let mut json = Vec::with_capacity(self.0.len() * fields.len() * 24 + 2);
        json.push(b'[');
        for (place, object) in self.0.iter().enumerate() {
            if place > 0 {
                json.push(b',');
            }
            json.push(b'{');
            for (place, (key, field)) in fields.iter().enumerate() {
                if place > 0 {
                    json.push(b',');
                }
                scalar(key.as_str(), &mut json);
                json.push(b':');
                let is_written = match *field {
                    "__typename" => scalar(&*T::type_name(), &mut json),
                    field => object.write(field, &mut json),
                };
                if !is_written {
                    return None;
                }
            }
            json.push(b'}');
        }
        json.push(b']');
        Some(json)
    }
}
