-- At most $4 listings of the shop $1 that have been missed $3 times and not been seen by the crawl $2: first those
-- that a person released, then those that have been missing longest.
select
    listing_id, version, presence, missing_since, missing_crawls, document, last_seen_crawl,
    held_price_minor, held_price_currency, held_in_crawl, held_since, older_crawls, older_in_crawl, older_since,
    older_updated_at, released
from collector.listing
where shop = $1 and presence = 'missing' and last_seen_crawl < $2 and missing_crawls >= $3
order by released desc, missing_since, listing_id
limit $4
