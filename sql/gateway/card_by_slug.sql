select id from gateway.card where slug = $1
union all
select card_id as id from gateway.card_alias where slug = $1
