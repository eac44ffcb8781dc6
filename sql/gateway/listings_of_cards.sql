-- All that is said about some cards. $1 card ids
select listing.id, listing.card_id, shop.slug as shop, listing.observed_at, listing.document,
    listing.identity
from gateway.listing
join gateway.shop on shop.id = listing.shop_id
where not listing.gone and not listing.apart and listing.card_id = any($1::bigint[])
order by listing.card_id, shop.slug, listing.shop_listing_id
