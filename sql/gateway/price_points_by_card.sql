-- What the listings of cards cost when, those that went included: the newest points of each listing.
-- $1 card ids, $2 the most points of a listing
select listing.card_id, listing.id as listing_id, listing.shop_id, point.at, point.price_minor, point.currency,
    point.base_price_minor, point.availability
from gateway.listing
cross join lateral (
    select * from gateway.price_point
    where price_point.listing_id = listing.id and price_point.base_price_minor is not null
    order by price_point.at desc
    limit $2
) as point
where listing.card_id = any($1::bigint[]) and not listing.apart
order by listing.card_id, point.at, listing.id
