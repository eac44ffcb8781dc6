-- What this service has applied of the listings of the shop $1, in the buckets of the contract of events: each bucket's
-- sum of digests, not yet modulo 2^64, and whether it has listings that were seen after $2.
select get_byte(decode(md5(listing.shop_listing_id), 'hex'), 0) as number,
    sum(('x' || left(md5(listing.shop_listing_id || ':' || listing.version), 16))::bit(64)::bigint)::text as digest,
    bool_or(listing.observed_at > $2) as has_moved
from gateway.listing
join gateway.shop on shop.id = listing.shop_id
where shop.slug = $1
group by number
