-- A crawl of the shop $1 begins in the term $2, with a number of the clock, $3, or else the next one. No row if the term
-- is over.
update collector.shop
set last_crawl = greatest(last_crawl + 1, $3)
where shop = $1 and term = $2
returning
    last_crawl,
    changes_since_full,
    changed_mark,
    exists (
        select from collector.listing
        where listing.shop = $1
            and (presence = 'missing' or held_in_crawl is not null or older_crawls > 0)
    ) as is_unsettled
