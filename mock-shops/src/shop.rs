//! Which shop is meant.

/// One of the two shops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shop {
    /// Technical characteristics, pages, ETags.
    NetVideo,
    /// Interfaces and technologies, a key, cursors.
    CountryLink,
}

impl Shop {
    /// Both shops.
    pub(crate) const ALL: [Self; 2] = [Self::NetVideo, Self::CountryLink];

    /// Its name in addresses and in the truth.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::NetVideo => "netvideo",
            Self::CountryLink => "countrylink",
        }
    }

    /// The shop of that name.
    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shop| shop.slug() == slug)
    }

    /// 0 or 1.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::NetVideo => 0,
            Self::CountryLink => 1,
        }
    }
}
