-- Which products listings were taken for. $1 ids
select id, identity, match_keys from gateway.listing where id = any($1::bigint[])
