-- The crawl $2 saw the listings $4 of the shop $1 at $3, as they were known; $5 are the digests of the items that all that
-- is known was read from, null where there is none.
update collector.listing
set last_seen_crawl = $2, last_seen_at = $3, item_digest = seen.digest, item_version = listing.version
from unnest($4::text[], $5::bigint[]) as seen (listing_id, digest)
where listing.shop = $1 and listing.listing_id = any($4) and listing.listing_id = seen.listing_id
