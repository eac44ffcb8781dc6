-- Of the listings of the shop $1 that its last complete crawl, $2, has missed, those with the numbers behind $4 to $5: the
-- ones that it has not counted as missing yet, and that have been missed fewer than $3 times.
select
    listing_id, version, presence, missing_since, missing_crawls, document, last_seen_crawl,
    held_price_minor, held_price_currency, held_in_crawl, held_since, older_crawls, older_in_crawl, older_since,
    older_updated_at, released
from collector.missed
join collector.listing using (shop, listing_id)
where shop = $1
    and number > $4
    and number <= $5
    and presence <> 'gone'
    and missed_in_crawl < $2
    and missing_crawls < $3
