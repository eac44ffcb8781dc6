-- Most events tell of nothing but another price. Such an event must cost little: it finds by one number that the shop
-- says the same of the product as before, and the rows that it changes stay in their place on their page.

-- A digest of what the shop says of the product, and of `version`. A gateway that doesn't know this column writes
-- another version and leaves a digest that fits none.
alter table gateway.listing add column facts_digest bigint;

-- What came with each version of the catalogue: the cards that changed, which every gateway's index follows. Null: any
-- may have. A version that is not here was made by an older gateway, or long ago: then all cards are looked through for
-- their `changed_version`.
create table gateway.step (
    version bigint primary key,
    card_ids bigint[]
);

-- An index on what every change of a card changes would have each of them written into all of the table's indexes. Older
-- gateways ask for what changed without it: more slowly, and rightly.
drop index gateway.card_by_change;

-- Room for the next version of a row beside it.
alter table gateway.card set (fillfactor = 80);
alter table gateway.listing set (fillfactor = 80);

-- Listings are never deleted, and nobody but the holder of the catalogue's lock writes points of the history.
alter table gateway.price_point drop constraint price_point_listing_id_fkey;

-- Each batch looks for keys that the one before has just written: what waits to be put in its place would be read
-- through each time.
alter index gateway.listing_by_match_key set (fastupdate = off);
select gin_clean_pending_list('gateway.listing_by_match_key'::regclass);
