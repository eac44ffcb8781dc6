-- What cards don't support any more. $1 card ids, $2 and $3 the cards and technologies that stay
delete from gateway.card_technology
where card_id = any($1::bigint[])
    and not exists (
        select from unnest($2::bigint[], $3::integer[]) as kept (card_id, technology_id)
        where kept.card_id = card_technology.card_id and kept.technology_id = card_technology.technology_id
    )
