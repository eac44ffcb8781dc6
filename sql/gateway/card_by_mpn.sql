-- $1 a part number without separators and case. Should two cards have it, the elder.
select id from gateway.card where mpn_keys @> array[$1] and listing_count > 0 order by id limit 1
