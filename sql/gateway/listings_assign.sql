-- $1 listing ids, $2 the cards that they belong to now (null: to none)
update gateway.listing set card_id = assigned.card_id
from unnest($1::bigint[], $2::bigint[]) as assigned (id, card_id)
where listing.id = assigned.id and listing.card_id is distinct from assigned.card_id
