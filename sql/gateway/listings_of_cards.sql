-- All that is said about some cards, but for what is known anyway. $1 card ids, $2 ids of the listings that say that
select listing.id, listing.card_id, shop.slug as shop, listing.shop_listing_id, listing.observed_at, listing.document,
    listing.identity
from gateway.listing
join gateway.shop on shop.id = listing.shop_id
where not listing.gone and not listing.apart and listing.card_id = any($1::bigint[])
    and not exists (select from unnest($2::bigint[]) as known (id) where known.id = listing.id)
