//! Chooses one of several shops' values, and keeps all of them.

use std::cmp::Reverse;

use super::fields::Field;
use super::{Member, SourceValue};

/// A value of one member.
pub(super) struct Said<'m, T> {
    pub(super) member: &'m Member<'m>,
    pub(super) value: T,
    /// What it was read from: zero for a field of its own, higher for what had to be read from a title. The
    /// lowest wins whatever the shop.
    pub(super) distance: u8,
    /// How much detail it has; among listings of one shop, more wins.
    pub(super) detail: usize,
}

impl<'m, T> Said<'m, T> {
    pub(super) fn new(member: &'m Member<'m>, value: T) -> Self {
        Self { member, value, distance: 0, detail: 0 }
    }
}

/// The members, and the sources so far.
pub(super) struct Choice<'m> {
    pub(super) members: &'m [&'m Member<'m>],
    sources: Vec<SourceValue>,
}

impl<'m> Choice<'m> {
    /// The members must be in their final order.
    pub(super) fn new(members: &'m [&'m Member<'m>]) -> Self {
        Self { members, sources: Vec::new() }
    }

    /// The members by the rank of their shops in a field.
    pub(super) fn ranked(&self, field: Field) -> Vec<&'m Member<'m>> {
        let mut members = self.members.to_vec();
        members.sort_by_key(|member| (field.rank(member.shop), member.shop, member.listing_ref));
        members
    }

    /// The value of the best shop; of several listings of one shop the one with more detail, then the one that
    /// more of them say, then that of the first listing. `agree` says whether two values are one, `text` how a
    /// person reads it.
    pub(super) fn choose<T: Clone>(
        &mut self,
        field: Field,
        said: &[Said<'m, T>],
        agree: impl Fn(&T, &T) -> bool,
        text: impl Fn(&T) -> String,
    ) -> Option<T> {
        let echoes = |said: &[Said<'m, T>], one: &Said<'m, T>| {
            said.iter()
                .filter(|other| other.member.shop == one.member.shop && agree(&one.value, &other.value))
                .count()
        };
        let chosen = said.iter().min_by_key(|one| {
            let shop = (field.rank(one.member.shop), one.member.shop);
            let quality = (Reverse(one.detail), Reverse(echoes(said, one)));
            (one.distance, shop, quality, one.member.listing_ref)
        })?;
        let chosen = chosen.value.clone();
        let conflict = said.iter().any(|one| !agree(&one.value, &chosen));
        for one in said {
            self.source(field, one.member, text(&one.value), agree(&one.value, &chosen), conflict);
        }
        Some(chosen)
    }

    /// Keeps what a member says. What a shop says twice is kept once, with the later time.
    pub(super) fn source(
        &mut self,
        field: Field,
        member: &Member<'_>,
        value: String,
        chosen: bool,
        conflict: bool,
    ) {
        let known = self
            .sources
            .iter_mut()
            .find(|source| source.field == field.path && source.shop == member.shop && source.value == value);
        if let Some(known) = known {
            known.observed_at = known.observed_at.max(member.observed_at);
            return;
        }
        self.sources.push(SourceValue {
            field: field.path,
            shop: member.shop.to_owned(),
            value,
            observed_at: member.observed_at,
            chosen,
            conflict,
        });
    }

    /// Every source, by field and shop.
    pub(super) fn into_sources(self) -> Vec<SourceValue> {
        let mut sources = self.sources;
        sources.sort_by(|one, other| {
            (&one.field, &one.shop, &one.value).cmp(&(&other.field, &other.shop, &other.value))
        });
        sources
    }
}
