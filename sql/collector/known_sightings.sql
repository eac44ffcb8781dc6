-- When the listings $2 of the shop $1 were last seen, and since when they are not seen any more. What is present and has
-- not been written since was seen by the last complete crawl of everything.
select
    listing_id,
    case
        when presence = 'present' and last_seen_crawl < whole_crawl then greatest(last_seen_at, whole_crawl_at)
        else last_seen_at
    end as last_seen_at,
    case presence when 'gone' then gone_at when 'missing' then missing_since end as absent_since
from collector.listing
join collector.shop using (shop)
where shop = $1 and listing_id = any($2)
