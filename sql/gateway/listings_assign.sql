-- $1 listing ids, $2 the cards that they belong to now (null: to none; then they keep the one that they were)
update gateway.listing set card_id = coalesce(assigned.card_id, listing.card_id), apart = assigned.card_id is null
from unnest($1::bigint[], $2::bigint[]) as assigned (id, card_id)
where listing.id = assigned.id
    and (listing.card_id, listing.apart)
        is distinct from (coalesce(assigned.card_id, listing.card_id), assigned.card_id is null)
