-- Each of these was looked up again for every listing that is read for the first time, which took a third as long as to
-- write it. What it refers to is there: a listing is written in a transaction that holds its shop's row, what a shop sent of
-- it in the one that writes or touches the listing, and neither shops nor listings are ever deleted.

-- In the order in which a collector takes them.
lock table collector.shop, collector.listing, collector.received in access exclusive mode;
alter table collector.listing drop constraint listing_shop_fkey;
alter table collector.received drop constraint received_shop_listing_id_fkey;
