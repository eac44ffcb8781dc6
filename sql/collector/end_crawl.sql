-- A complete or incomplete crawl of the shop $1 ended: $2 the crawl, $3 whether it was full, $4 whether it was
-- complete, $5 the latest that the mark may be by the shop's clock, $6 how long the crawl took in ms.
-- The mark is put back by that time: what changed behind the crawl's back is then still after the mark.
-- Returns how many listings are not gone.
with seen as (
    select
        count(*) filter (where presence <> 'gone') as listings,
        max(least(shop_updated_at, $5)) filter (where last_seen_crawl = $2 and shop_updated_at is not null)
            - $6 * interval '1 millisecond' as mark
    from collector.listing
    where shop = $1
)
update collector.shop
set
    changes_since_full = case
        when $3 and $4 then 0
        when $3 then null
        else changes_since_full + 1
    end,
    changed_mark = case
        when $3 and $4 then seen.mark
        when $4 then greatest(changed_mark, seen.mark)
        else changed_mark
    end
from seen
where shop = $1
returning seen.listings
