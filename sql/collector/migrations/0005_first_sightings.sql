-- A shop that is read for the first time has each of its listings written, and what it sent of them.

-- Each of these was looked up again for every row, and what it refers to was locked and so written. It is there: shops and
-- listings are never deleted, the leader of a shop has its row, and what was sent of a listing is written in the
-- transaction that writes the listing, behind it.
alter table collector.listing drop constraint listing_shop_fkey;
alter table collector.received drop constraint received_shop_listing_id_fkey;

-- What is too long to stand in a row as it is, is pressed: that took as long as all else that is done to the row. Where
-- Postgres was built without the quicker way, it is pressed as before.
do $$
begin
    alter table collector.listing alter column document set compression lz4;
    alter table collector.received alter column item set compression lz4;
    alter table collector.outbox alter column payload set compression lz4;
exception
    when feature_not_supported then null;
end
$$;
