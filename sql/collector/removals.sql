-- Of the shop $1: how many listings are not gone, how many have been gone since $2, and how many have been missed
-- $3 times.
select
    (select count(*) from collector.listing where shop = $1 and presence <> 'gone') as listings,
    (select count(*) from collector.listing where shop = $1 and gone_at > $2) as gone,
    (
        select count(*) from collector.listing
        where shop = $1 and presence = 'missing' and missing_crawls >= $3
    ) as doomed
