-- The card that an id belongs to now: the card itself, or the one that took it over. $1 ids
select id as asked, id from gateway.card where id = any($1::bigint[])
union all
select id as asked, card_id as id from gateway.card_alias where id = any($1::bigint[])
