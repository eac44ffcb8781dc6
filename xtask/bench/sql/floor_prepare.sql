-- What a consumer would write to that does nothing but keep the newest of each listing.
create schema if not exists floor;
drop table if exists floor.listing;
create table floor.listing (
    shop text not null,
    listing_id text not null,
    version bigint not null,
    observed_at timestamptz not null,
    title text not null,
    url text not null,
    price_minor bigint not null,
    currency text not null,
    document jsonb not null
);
insert into floor.listing
select shop.slug, shop_listing_id, version, observed_at, title, url, price_minor, currency, document
from gateway.listing
join gateway.shop on shop.id = listing.shop_id;
alter table floor.listing add primary key (shop, listing_id);
analyze floor.listing;
