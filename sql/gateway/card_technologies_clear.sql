delete from gateway.card_technology where card_id = any($1::bigint[])
