-- Listings of which the gateway knows another version than the collector, or nothing.
select listing.shop || '/' || listing.listing_id || ' collector ' || listing.version || ' gateway '
    || coalesce(applied.version::text, 'none')
from collector.listing listing
left join gateway.shop shop on shop.slug = listing.shop
left join gateway.listing applied
    on applied.shop_id = shop.id and applied.shop_listing_id = listing.listing_id
where applied.version is distinct from listing.version
limit 20;
