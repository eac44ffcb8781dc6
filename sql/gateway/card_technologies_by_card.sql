select card_technology.card_id, technology.id, technology.code, technology.name, card_technology.version
from gateway.card_technology
join gateway.technology on technology.id = card_technology.technology_id
where card_technology.card_id = any($1::bigint[])
order by technology.code
