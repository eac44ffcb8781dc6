-- The tag of the page $2 of the shop $1, what it held and where to go on. No row if one of its listings waits for
-- something: that one has to be read again, which an unchanged page would not let us do.
select etag, listing_ids, next_position
from collector.page
where page.shop = $1
    and url = $2
    and not exists (
        select from collector.listing
        where listing.shop = $1
            and listing_id = any(page.listing_ids)
            and (presence <> 'present' or held_in_crawl is not null or older_crawls > 0)
    )
