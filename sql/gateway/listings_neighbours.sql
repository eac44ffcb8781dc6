-- Listings that share a key and are not known yet. $1 keys, $2 ids that are known, $3 the most to return
select listing.id, shop.slug as shop, listing.shop_listing_id, listing.identity, listing.match_keys,
    listing.card_id
from gateway.listing
join gateway.shop on shop.id = listing.shop_id
where not listing.gone and listing.match_keys && $1::text[] and listing.id <> all($2::bigint[])
order by listing.id
limit $3
