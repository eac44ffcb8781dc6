-- $1 shop ids, $2 the shops' listing ids
select listing.shop_id, listing.shop_listing_id, listing.version, listing.gone, listing.document,
    listing.identity, listing.match_keys, listing.card_id, listing.price_minor, listing.currency, listing.availability
from gateway.listing
join unnest($1::smallint[], $2::text[]) as asked (shop_id, shop_listing_id)
    on asked.shop_id = listing.shop_id and asked.shop_listing_id = listing.shop_listing_id
