-- Technologies that some card supports, by name.
select id, code, name from gateway.technology
where exists (
    select from gateway.card_technology
    join gateway.card on card.id = card_technology.card_id
    where card_technology.technology_id = technology.id and card.listing_count > 0
)
order by name, id
