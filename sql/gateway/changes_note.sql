-- $1 kinds, $2 card ids, $3 the rows of cards that were removed
insert into gateway.change (kind, card_id, last)
select kind, card_id, last
from unnest($1::text[], $2::bigint[], $3::jsonb[]) with ordinality as noted (kind, card_id, last, place)
order by place
