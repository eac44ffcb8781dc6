-- Notes which listings of the shop $1 that are not gone the crawl $2 has not seen. Set against set: to look for each
-- listing among all that were seen would take longer the more there are of both.
insert into collector.missed (shop, number, listing_id)
select $1, row_number() over (), listing_id
from (
    select listing_id from collector.listing where shop = $1 and presence <> 'gone' and last_seen_crawl < $2
    except
    select unnest(listing_ids) from collector.sighting where shop = $1 and crawl = $2
) as missed
