//! What one shop has on offer now: its listings, the rows in which they are served, their ids and their order.
//! Everything that changes a listing goes through here, so that the time of the change and the order always
//! agree. No clock is read here: callers say what time it is.

use std::collections::HashMap;

use crate::{
    listings::{self, Listing},
    mess::Mess,
    order::Order,
    products::Products,
    scramble::Scramble,
    shop::Shop,
    titles::Wording,
};

/// At least so many changes can be made before cursors into the order of changes run out.
const SPARE_PLACES: usize = 1 << 16;
/// A listing that is served again apart from itself is served again so many rows later.
const APART: usize = 130;
/// That second row claims to have changed so many seconds before the listing did.
const APART_SECONDS: u32 = 5 * 24 * 3_600;
/// NetVideo counts its ids from here.
const FIRST_ID: u32 = 10_000;
/// CountryLink's codes have seven digits.
const CODES: u32 = 10_000_000;

/// A price that is wrong for a short while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glitch {
    /// What the shop says instead of the price, in the minor unit.
    pub(crate) shown_minor: i64,
    /// When it is right again, in seconds since 1970.
    pub(crate) until: u32,
}

/// One shop's offer.
#[derive(Debug)]
pub(crate) struct Ledger {
    shop: Shop,
    listings: Vec<Listing>,
    /// Which listing stands in each row; some stand in two.
    rows: Vec<u32>,
    /// The first row of each listing, and the second of those that have one.
    first_row: Vec<u32>,
    second_row: HashMap<u32, u32>,
    removed: Vec<bool>,
    order: Order,
    ids: Scramble,
    titles: HashMap<u32, String>,
    glitches: HashMap<u32, Glitch>,
    newest: u32,
}

impl Ledger {
    /// The offer with which a shop opens.
    pub(crate) fn open(products: &Products, shop: Shop) -> Self {
        let listings = listings::generate(products, shop);
        let (rows, first_row, second_row) = lay_out(&listings);
        let apart = |row: u32, listing: u32| {
            second_row.get(&listing) == Some(&row)
                && listings[listing as usize].messes.has(Mess::RepeatedApart)
        };
        let mut dated: Vec<(u32, u32, u32)> = (0..)
            .zip(&rows)
            .map(|(row, listing)| {
                let at = listings[*listing as usize].changed_at;
                (if apart(row, *listing) { at - APART_SECONDS } else { at }, *listing, row)
            })
            .collect();
        dated.sort_unstable();
        let newest = dated.last().map_or(0, |(at, ..)| *at);
        let order =
            Order::new(&dated.iter().map(|(at, _, row)| (*at, *row)).collect::<Vec<_>>(), SPARE_PLACES);
        let count = u32::try_from(listings.len()).unwrap_or(u32::MAX);
        let ids = match shop {
            Shop::NetVideo => Scramble::new(products.seed(), 200, count + count / 3 + 1),
            Shop::CountryLink => Scramble::new(products.seed(), 201, CODES),
        };
        Self {
            shop,
            removed: vec![false; listings.len()],
            listings,
            rows,
            first_row,
            second_row,
            order,
            ids,
            titles: HashMap::new(),
            glitches: HashMap::new(),
            newest,
        }
    }

    /// Which shop this is.
    pub(crate) fn shop(&self) -> Shop {
        self.shop
    }

    /// How many listings there are, those taken away included.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.listings.len()).unwrap_or(u32::MAX)
    }

    /// Listing number `number`.
    pub(crate) fn listing(&self, number: u32) -> &Listing {
        &self.listings[number as usize]
    }

    /// The rows by the time of their last change.
    pub(crate) fn order(&self) -> &Order {
        &self.order
    }

    /// How many rows there are, those taken away included.
    pub(crate) fn row_count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// The listing in a row.
    pub(crate) fn listing_in_row(&self, row: u32) -> u32 {
        self.rows[row as usize]
    }

    /// Whether a listing has been taken away.
    pub(crate) fn is_removed(&self, number: u32) -> bool {
        self.removed[number as usize]
    }

    /// The numbers of the listings of a product.
    pub(crate) fn of_product(&self, product: u32) -> impl Iterator<Item = u32> {
        let start = self.listings.partition_point(|listing| listing.product < product);
        let end = self.listings.partition_point(|listing| listing.product <= product);
        (start..end)
            .filter_map(|number| u32::try_from(number).ok())
            .filter(|number| !self.is_removed(*number))
    }

    /// The number in a listing's id.
    pub(crate) fn id_number(&self, number: u32) -> u32 {
        match self.shop {
            Shop::NetVideo => FIRST_ID + self.ids.number(number),
            Shop::CountryLink => self.ids.number(number),
        }
    }

    /// A listing's id as the truth has it.
    pub(crate) fn id(&self, number: u32) -> String {
        match self.shop {
            Shop::NetVideo => self.id_number(number).to_string(),
            Shop::CountryLink => format!("CL{:07}", self.id_number(number)),
        }
    }

    /// The number of the listing that has this id, taken away or not.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        let scrambled = match self.shop {
            Shop::NetVideo => id.parse::<u32>().ok()?.checked_sub(FIRST_ID)?,
            Shop::CountryLink => id.strip_prefix("CL")?.parse().ok()?,
        };
        let number = self.ids.index(scrambled).filter(|number| *number < self.len())?;
        (self.id(number) == id).then_some(number)
    }

    /// A listing's title, as served.
    pub(crate) fn title(&self, number: u32, wording: &Wording<'_>) -> String {
        self.titles.get(&number).cloned().unwrap_or_else(|| wording.title())
    }

    /// How a listing speaks of its product.
    pub(crate) fn wording<'a>(&self, products: &'a Products, number: u32) -> Wording<'a> {
        let listing = self.listing(number);
        let facts = products.facts(listing.product);
        Wording { products, facts, shop: self.shop, listing: number, messes: listing.messes }
    }

    /// The price that the shop shows, which can be wrong for a while; in the minor unit.
    pub(crate) fn shown_price_minor(&self, number: u32) -> i64 {
        self.glitches.get(&number).map_or(self.listing(number).price_minor, |glitch| glitch.shown_minor)
    }

    /// Whether the shop shows a wrong price just now.
    pub(crate) fn is_glitching(&self, number: u32) -> bool {
        self.glitches.contains_key(&number)
    }

    /// Changes a listing at that time, which ends a glitch of its price, and gives it as it was before. The time is put
    /// forward where it lies before the newest change: a shop's own clock never goes back.
    pub(crate) fn change(&mut self, number: u32, now: u32, change: impl FnOnce(&mut Listing)) -> Listing {
        let before = *self.listing(number);
        self.glitches.remove(&number);
        change(&mut self.listings[number as usize]);
        self.touch(number, now);
        before
    }

    /// Gives a listing another title.
    pub(crate) fn rename(&mut self, number: u32, now: u32, title: String) {
        self.titles.insert(number, title);
        self.touch(number, now);
    }

    /// Shows a wrong price for a while.
    pub(crate) fn glitch(&mut self, number: u32, now: u32, glitch: Glitch) {
        self.glitches.insert(number, glitch);
        self.touch(number, now);
    }

    /// Shows the right prices again where the time has come.
    pub(crate) fn end_glitches(&mut self, now: u32) {
        let over: Vec<u32> = self
            .glitches
            .iter()
            .filter(|(_, glitch)| glitch.until <= now)
            .map(|(number, _)| *number)
            .collect();
        for number in over {
            self.glitches.remove(&number);
            self.touch(number, now);
        }
    }

    /// Takes a listing away. It can be brought back.
    pub(crate) fn remove(&mut self, number: u32) {
        self.removed[number as usize] = true;
        for row in self.rows_of(number) {
            self.order.remove(row);
        }
    }

    /// Brings a listing back that had been taken away.
    pub(crate) fn restore(&mut self, number: u32, now: u32) {
        self.removed[number as usize] = false;
        self.touch(number, now);
    }

    fn touch(&mut self, number: u32, now: u32) {
        self.newest = self.newest.max(now);
        self.listings[number as usize].changed_at = self.newest;
        if self.is_removed(number) {
            return;
        }
        for row in self.rows_of(number) {
            self.order.touch(row, self.newest);
        }
    }

    fn rows_of(&self, number: u32) -> impl Iterator<Item = u32> + use<> {
        let first = self.first_row[number as usize];
        std::iter::once(first).chain(self.second_row.get(&number).copied())
    }
}

/// In which rows the listings stand: in their own order, some of them twice.
fn lay_out(listings: &[Listing]) -> (Vec<u32>, Vec<u32>, HashMap<u32, u32>) {
    let mut rows = Vec::with_capacity(listings.len() + listings.len() / 50);
    let mut first_row = Vec::with_capacity(listings.len());
    let mut second_row = HashMap::new();
    let mut waiting = std::collections::VecDeque::new();
    let row_after = |rows: &Vec<u32>| u32::try_from(rows.len()).unwrap_or(u32::MAX);
    for (number, listing) in (0..).zip(listings) {
        first_row.push(row_after(&rows));
        rows.push(number);
        if listing.messes.has(Mess::RepeatedSideBySide) {
            second_row.insert(number, row_after(&rows));
            rows.push(number);
        }
        if listing.messes.has(Mess::RepeatedApart) {
            waiting.push_back((rows.len() + APART, number));
        }
        while let Some((_, again)) = waiting.pop_front_if(|(due, _)| *due <= rows.len()) {
            second_row.insert(again, row_after(&rows));
            rows.push(again);
        }
    }
    for (_, again) in waiting {
        second_row.insert(again, row_after(&rows));
        rows.push(again);
    }
    (rows, first_row, second_row)
}
