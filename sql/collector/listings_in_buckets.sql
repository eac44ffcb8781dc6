-- At most $4 listings of the shop $1 behind the listing $2 whose bucket (the first two digits of MD5 of the
-- identifier) is one of $3, and when each was last seen to be what it is.
select
    listing_id, version, presence, missing_since, missing_crawls, document, last_seen_crawl,
    held_price_minor, held_price_currency, held_in_crawl, held_since, older_crawls, older_in_crawl, older_since,
    older_updated_at, released,
    case
        when presence = 'gone' then gone_at
        when presence = 'missing' then missing_since
        when last_seen_crawl < whole_crawl then greatest(last_seen_at, whole_crawl_at)
        else last_seen_at
    end as observed_at
from collector.listing
join collector.shop using (shop)
where shop = $1 and listing_id > $2 and left(md5(listing_id), 2) = any($3)
order by listing_id
limit $4
