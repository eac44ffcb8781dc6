-- Listings that share a key and are not known yet. $1 keys, $2 the most listings of each key, $3 ids that are known.
-- Which of a code's listings are found makes no difference where there are more: then it is nobody's. So none are sorted.
with found as materialized (
    select listing.id
    from unnest($1::text[], $2::integer[]) as asked (key, most)
    cross join lateral (
        select id from gateway.listing
        where not gone and match_keys @> array[asked.key]
        limit asked.most
    ) as listing
    except
    select known.id from unnest($3::bigint[]) as known (id)
)
select listing.id, shop.slug as shop, listing.shop_listing_id, listing.identity, listing.match_keys, listing.card_id
from found
join gateway.listing on listing.id = found.id
join gateway.shop on shop.id = listing.shop_id
