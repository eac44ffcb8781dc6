-- What tells how far news about listings reaches. $1 shop ids, $2 the shops' listing ids
select listing.id, listing.shop_id, listing.shop_listing_id, listing.version, listing.gone, listing.facts_digest,
    listing.card_id, listing.apart, listing.price_minor, listing.currency, listing.previous_price_minor,
    listing.availability
from gateway.listing
join unnest($1::smallint[], $2::text[]) as asked (shop_id, shop_listing_id)
    on asked.shop_id = listing.shop_id and asked.shop_listing_id = listing.shop_listing_id
