-- At most $4 listings of the shop $1, behind the listing $5, that the crawl $2 has neither seen nor counted as missing
-- yet, and that have been missed fewer than $3 times. In the key's order, so that no batch looks at a row twice.
select
    listing_id, version, presence, missing_since, missing_crawls, document, last_seen_crawl,
    held_price_minor, held_price_currency, held_in_crawl, held_since, older_crawls, older_in_crawl, older_since,
    older_updated_at, released
from collector.listing
where shop = $1 and presence <> 'gone' and last_seen_crawl < $2 and missed_in_crawl < $2 and missing_crawls < $3
    and listing_id > $5
order by listing_id
limit $4
