-- At most $4 listings of which something waits to be believed: of the shop $1, or of all, the listing $2, or all.
-- A removal waits once it was missed $3 times.
select
    shop, listing_id, document ->> 'title' as title, released,
    document #>> '{price,currency}' as price_currency, (document #>> '{price,amount_minor}')::bigint as price_minor,
    held_price_currency, held_price_minor, held_since,
    shop_updated_at, older_updated_at, older_crawls, older_since,
    missing_since, missing_crawls
from collector.listing
where (presence = 'missing' or held_in_crawl is not null or older_crawls > 0)
    and (missing_crawls >= $3 or held_in_crawl is not null or older_crawls > 0)
    and ($1::text is null or shop = $1)
    and ($2::text is null or listing_id = $2)
order by shop, listing_id
limit $4
