-- The crawl $2 saw the listings $4 of the shop $1 at $3, as they were known.
update collector.listing
set last_seen_crawl = $2, last_seen_at = $3
where shop = $1 and listing_id = any($4)
