-- $1 listings whose price fell, $2 what they cost before, $3 availabilities of offers that can be bought
insert into gateway.change (kind, card_id, listing_id, from_minor, to_minor, to_base_minor, currency)
select 'price_dropped', listing.card_id, listing.id, fallen.from_minor, listing.price_minor,
    listing.base_price_minor, listing.currency
from unnest($1::bigint[], $2::bigint[]) with ordinality as fallen (listing_id, from_minor, place)
join gateway.listing on listing.id = fallen.listing_id
where listing.card_id is not null and not listing.gone and not listing.apart
    and listing.base_price_minor is not null and listing.availability = any($3::text[])
order by fallen.place
