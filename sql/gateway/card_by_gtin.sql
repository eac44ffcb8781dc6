-- $1 a GTIN-14. Should two cards have it, the elder.
select id from gateway.card where gtins @> array[$1] and listing_count > 0 order by id limit 1
