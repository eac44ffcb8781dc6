-- At most $3 listings of the shop $1 that the last complete crawl has missed, and $2 before it: first those that a person
-- released, then those that have been missing longest.
select
    listing_id, version, presence, missing_since, missing_crawls, document, last_seen_crawl,
    held_price_minor, held_price_currency, held_in_crawl, held_since, older_crawls, older_in_crawl, older_since,
    older_updated_at, released
from collector.missed
join collector.listing using (shop, listing_id)
where shop = $1 and presence = 'missing' and missing_crawls >= $2
order by released desc, missing_since, listing_id
limit $3
