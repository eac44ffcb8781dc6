-- Notes which listings of the shop $1 that are not gone the crawl $2 has not seen. Set against set, as `plan_for_sets` has
-- it: to look for each listing among all that were seen would take longer the more there are of both.
insert into collector.missed (shop, number, listing_id)
select $1, row_number() over (), listing_id
from collector.listing
where shop = $1
    and presence <> 'gone'
    and last_seen_crawl < $2
    and not exists (
        select
        from (
            select unnest(listing_ids) as listing_id from collector.sighting where shop = $1 and crawl = $2
        ) as seen
        where seen.listing_id = listing.listing_id
    )
