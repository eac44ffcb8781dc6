//! What may be meant while a text is still being typed.

use std::sync::Arc;

use crate::{filter::Filter, index::Index, list::List, page::Stretch, sort::Sort};

impl Index {
    /// The ids of the cards that fit a text best, `most` at the most: the first ones of the search for it.
    /// Nothing fits a text without a word.
    pub fn suggest(self: &Arc<Self>, text: &str, most: usize) -> Vec<i64> {
        let filter = Filter { search: Some(text.to_owned()), ..Filter::default() };
        let Ok(list) = List::new(Arc::clone(self), filter) else { return Vec::new() };
        if list.found().is_none() {
            return Vec::new();
        }
        let first = Stretch { size: most, ..Stretch::default() };
        list.page(Sort::Relevance, &first)
            .map(|page| page.places.iter().map(|place| place.id).collect())
            .unwrap_or_default()
    }
}
