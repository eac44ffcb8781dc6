-- What is known already is not written again. $1 card ids, $2 technology ids, $3 versions
insert into gateway.card_technology as known (card_id, technology_id, version)
select card_id, technology_id, version
from unnest($1::bigint[], $2::integer[], $3::text[]) as supported (card_id, technology_id, version)
on conflict (card_id, technology_id) do update set version = excluded.version
where known.version is distinct from excluded.version
