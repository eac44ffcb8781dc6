-- What is known of the listings $2 of the shop $1. Each is looked up by its key: before Postgres has looked at a new table,
-- it would rather read all that there is of the shop.
select known.*
from unnest($2::text[]) as asked (id)
cross join lateral (
    select
        listing_id, version, presence, missing_since, missing_crawls, document, last_seen_crawl,
        held_price_minor, held_price_currency, held_in_crawl, held_since, older_crawls, older_in_crawl, older_since,
        older_updated_at, released
    from collector.listing
    where shop = $1 and listing_id = asked.id
    limit 1
) as known
