-- When the listings $2 of the shop $1 were last seen, and since when they are not seen any more.
select
    listing_id, last_seen_at, case presence when 'gone' then gone_at when 'missing' then missing_since end as absent_since
from collector.listing
where shop = $1 and listing_id = any($2)
