-- A complete or incomplete crawl of the shop $1 ended: $2 the crawl, $3 whether it was full, $4 whether it was
-- complete, $5 the latest that the mark may be by the shop's clock, $6 how long the crawl took in ms, $7 when it began.
-- The mark is put back by that time: what changed behind the crawl's back is then still after the mark. What a complete
-- full crawl has seen is what is present after it, though it wrote nothing of most of that.
-- Returns how many listings are not gone.
with seen as (
    select
        count(*) filter (where presence <> 'gone') as listings,
        max(least(shop_updated_at, $5))
            filter (where last_seen_crawl = $2 or ($3 and $4 and presence = 'present'))
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
    end,
    whole_crawl = case when $3 and $4 then $2 else whole_crawl end,
    whole_crawl_at = case when $3 and $4 then $7 else whole_crawl_at end
from seen
where shop = $1
returning seen.listings
