-- What the listings of cards cost that are a part of them. $1 card ids
select listing.id, listing.card_id, shop.slug as shop, listing.price_minor, listing.previous_price_minor,
    listing.base_price_minor, listing.availability
from gateway.listing
join gateway.shop on shop.id = listing.shop_id
where listing.card_id = any($1::bigint[]) and not listing.gone and not listing.apart
