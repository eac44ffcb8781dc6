-- What is seen for the first time is written once, and what is written costs what its own row costs.

-- How many cards a brand has is known by what each gateway has in memory: nobody reads this index, and every card that
-- gets its first listing or loses its last would be written into all of the table's indexes for it.
drop index gateway.card_by_brand;

-- Each of these was looked up again for every row, and what it refers to was locked and so written. It is there: shops,
-- brands and chips are never deleted, a card's row is made in the transaction that gives it its first listing, and only
-- ends in one that has given all of them to another; all of it by the one gateway that holds the catalogue's lock.
alter table gateway.card drop constraint card_brand_id_fkey, drop constraint card_gpu_id_fkey;
alter table gateway.listing drop constraint listing_shop_id_fkey, drop constraint listing_card_id_fkey;
alter table gateway.card_technology drop constraint card_technology_card_id_fkey;

-- A card that ends takes its technologies with it, whichever version of the gateway ends it.
create function gateway.forget_card_technologies() returns trigger language plpgsql as $$
begin
    delete from gateway.card_technology using ended where card_technology.card_id = ended.id;
    return null;
end
$$;
create trigger forget_technologies after delete on gateway.card
referencing old table as ended for each statement execute function gateway.forget_card_technologies();

-- What a card says, and which shop said what, is too long to stand in a row as it is: to press it took as long as all else
-- that is done to the row. Where Postgres was built without the quicker way, it is pressed as before.
do $$
begin
    alter table gateway.card alter column document set compression lz4, alter column sources set compression lz4;
    alter table gateway.listing alter column document set compression lz4, alter column identity set compression lz4;
exception
    when feature_not_supported then null;
end
$$;
