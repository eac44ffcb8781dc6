-- Doubts about listings that were grouped anew. $1 listing ids
delete from gateway.match_doubt where listing_a = any($1::bigint[]) or listing_b = any($1::bigint[])
