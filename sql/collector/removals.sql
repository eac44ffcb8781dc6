-- Of the shop $1: how many listings are not gone, how many of those the crawl $4 has not seen, how many have been
-- gone since $2, how many have been missed $3 times, and how many of those a person released.
select
    (select count(*) from collector.listing where shop = $1 and presence <> 'gone') as listings,
    (
        select count(*) from collector.listing
        where shop = $1 and presence <> 'gone' and last_seen_crawl < $4
    ) as missed,
    (select count(*) from collector.listing where shop = $1 and gone_at > $2) as gone,
    count(*) as doomed,
    count(*) filter (where released) as released
from collector.listing
where shop = $1 and presence = 'missing' and missing_crawls >= $3 and last_seen_crawl < $4
