-- $1 the shop's slug, $2 the shop's own id
select listing.id, listing.gone, listing.title, listing.url, listing.card_id, listing.identity, listing.match_keys,
    card.name as card_name, card.slug as card_slug, card.match_explanation
from gateway.listing
join gateway.shop on shop.id = listing.shop_id
left join gateway.card on card.id = listing.card_id and not listing.apart
where shop.slug = $1 and listing.shop_listing_id = $2
