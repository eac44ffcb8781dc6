-- $1 card ids, $2 technology ids, $3 versions
insert into gateway.card_technology (card_id, technology_id, version)
select card_id, technology_id, version
from unnest($1::bigint[], $2::integer[], $3::text[]) as supported (card_id, technology_id, version)
