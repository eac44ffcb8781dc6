-- What is known of the listing $2 of the shop $1, and when it was last seen to be that.
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
where shop = $1 and listing_id = $2
