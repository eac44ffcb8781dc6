-- At most $3 listings of the shop $1 behind the listing $2 of which a field could not be read and was not read yet:
-- what the shop last sent of them.
select listing_id, item
from collector.received
where shop = $1
    and listing_id > $2
    and exists (
        select from collector.reject
        where reject.shop = received.shop
            and reject.listing_id = received.listing_id
            and kind = 'field'
            and replayed_at is null
    )
order by listing_id
limit $3
