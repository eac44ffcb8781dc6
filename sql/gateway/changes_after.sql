-- $1 the change before, $2 how many at most
select id, kind, card_id, at, listing_id, from_minor, to_minor, to_base_minor, currency
from gateway.change
where id > $1
order by id
limit $2
