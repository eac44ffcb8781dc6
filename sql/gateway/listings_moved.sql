-- Listings that are to be grouped anew, with or without keys. $1 ids
select listing.id, shop.slug as shop, listing.shop_listing_id, listing.identity, listing.match_keys,
    listing.card_id
from gateway.listing
join gateway.shop on shop.id = listing.shop_id
where not listing.gone and listing.id = any($1::bigint[])
