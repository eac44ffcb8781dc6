-- The catalogue's next version, and which cards changed with it. $1 card ids (null: any may have). Of those of them of
-- which nothing but offers changed: $2 ids, $3 best prices, $4 discounts, $5 shops and $6 availabilities, a line each,
-- $7 when
with bumped as (
    update gateway.catalogue set version = version + 1 returning version
)
insert into gateway.step (
    version, card_ids, repriced, best_prices_minor, discounts_bp, shop_slugs, availabilities, repriced_at
)
select version, $1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::text[], $6::text[], $7::timestamptz
from bumped
returning version
