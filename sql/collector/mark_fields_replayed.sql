-- The fields of the listing $2 of the shop $1 were read at $4, but for those of the names $3.
update collector.reject
set replayed_at = $4
where shop = $1 and listing_id = $2 and kind = 'field' and replayed_at is null and field <> all($3)
