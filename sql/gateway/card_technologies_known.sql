-- $1 card ids
select card_id, technology_id, version from gateway.card_technology where card_id = any($1::bigint[])
