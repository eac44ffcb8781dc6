-- At most $2 digests of items of the shop $1 that need not be read again: all that is known of their listings was read
-- from them, nobody has made those something else since, and they wait for nothing.
select item_digest
from collector.listing
where shop = $1
    and item_digest is not null
    and item_version = version
    and presence = 'present'
    and held_in_crawl is null
    and older_crawls = 0
    and not released
limit $2
