-- What cards don't support any more, or in another version. $1 card ids, $2 the technology of each
delete from gateway.card_technology
using unnest($1::bigint[], $2::integer[]) as ended (card_id, technology_id)
where card_technology.card_id = any($1::bigint[])
    and card_technology.card_id = ended.card_id and card_technology.technology_id = ended.technology_id
