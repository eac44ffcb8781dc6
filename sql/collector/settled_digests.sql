-- At most $2 digests of items of the shop $1 that need not be read again, with their listings: all that is known of these
-- was read from them, nobody has made them something else since, and they wait for nothing.
select item_digest, listing_id
from collector.listing
where shop = $1
    and item_digest is not null
    and item_version = version
    and presence = 'present'
    and held_in_crawl is null
    and older_crawls = 0
    and not released
limit $2
