-- Listings that share a key and are not known yet. $1 keys, $2 the most listings of each key, $3 ids that are known
select distinct listing.id, shop.slug as shop, listing.shop_listing_id, listing.identity, listing.match_keys,
    listing.card_id
from unnest($1::text[], $2::integer[]) as asked (key, most)
cross join lateral (
    select * from gateway.listing
    where not listing.gone and listing.match_keys @> array[asked.key]
    order by listing.id
    limit asked.most
) as listing
join gateway.shop on shop.id = listing.shop_id
where listing.id <> all($3::bigint[])
