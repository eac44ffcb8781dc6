-- What is known of the listings $2 of the shop $1.
select
    listing_id, version, presence, missing_since, missing_crawls, document, last_seen_crawl,
    held_price_minor, held_price_currency, held_in_crawl, held_since, older_crawls, older_in_crawl, older_since,
    older_updated_at, released
from collector.listing
where shop = $1 and listing_id = any($2)
