-- The decisions that hold about any of these listings, newest of each pair. $1 listing ids
select distinct on (listing_a, listing_b) listing_a, listing_b, same
from gateway.match_decision
where listing_a = any($1::bigint[]) or listing_b = any($1::bigint[])
order by listing_a, listing_b, id desc
