-- Points before $1 go, but for the last one of each listing before it: it still says what held at $1.
delete from gateway.price_point as old
where old.at < $1 and exists (
    select from gateway.price_point as later
    where later.listing_id = old.listing_id and later.at > old.at and later.at < $1
)
