select card_technology.technology_id, count(*)
from gateway.card_technology
join gateway.card on card.id = card_technology.card_id
where card_technology.technology_id = any($1::integer[]) and card.listing_count > 0
group by card_technology.technology_id
