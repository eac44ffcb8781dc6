select card_technology.technology_id, count(*)
from gateway.card_technology
join gateway.card on card.id = card_technology.card_id
where card.listing_count > 0
group by card_technology.technology_id
