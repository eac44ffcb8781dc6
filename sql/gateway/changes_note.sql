-- $1 kinds, $2 card ids, $3 the rows of cards that were removed; of prices that fell $4 listings, $5 what they cost before,
-- $6 what they cost now, $7 in the base currency, $8 currencies
insert into gateway.change (kind, card_id, last, listing_id, from_minor, to_minor, to_base_minor, currency)
select kind, card_id, last, listing_id, from_minor, to_minor, to_base_minor, currency
from unnest(
    $1::text[], $2::bigint[], $3::jsonb[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[]
) with ordinality as noted (
    kind, card_id, last, listing_id, from_minor, to_minor, to_base_minor, currency, place
)
order by place
