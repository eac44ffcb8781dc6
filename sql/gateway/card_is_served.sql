-- Whether an id is of a card that is served: itself, or by the one that took it over. $1 the id
select exists (
    select from gateway.card
    where listing_count > 0
        and (id = $1 or id = (select card_id from gateway.card_alias where card_alias.id = $1))
)
