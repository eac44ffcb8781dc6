-- Of the shop $1: how many of the listings that the last complete crawl has missed have been missed $3 times, and how
-- many of those a person released; how many it has missed at all. Where there is one to remove: how many are not gone,
-- and how many have been gone since $2.
select
    count(*) filter (where missing_crawls >= $3) as doomed,
    count(*) filter (where missing_crawls >= $3 and released) as released,
    count(*) as missed,
    case when count(*) filter (where missing_crawls >= $3) = 0 then 0 else (
        select count(*) from collector.listing where shop = $1 and presence <> 'gone'
    ) end as listings,
    case when count(*) filter (where missing_crawls >= $3) = 0 then 0 else (
        select count(*) from collector.listing where shop = $1 and gone_at > $2
    ) end as gone
from collector.missed
join collector.listing using (shop, listing_id)
where shop = $1 and presence = 'missing'
