-- What cards support and did not before. $1 card ids, $2 technology ids, $3 versions
insert into gateway.card_technology (card_id, technology_id, version)
select * from unnest($1::bigint[], $2::integer[], $3::text[])
