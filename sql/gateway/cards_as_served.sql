-- How cards that are served look: a fingerprint of all but prices and availabilities. $1 card ids. `last` is the whole
-- row of a card that has lost its last listing and will not be served any more.
select card.id,
    md5(
        (
            card.name, card.brand_id, card.gpu_id, card.document, card.gtins, card.output_kinds, card.match_by,
            card.listing_count, card.shop_slugs,
            (
                select array_agg(
                    (card_technology.technology_id, card_technology.version)::text
                    order by card_technology.technology_id
                )
                from gateway.card_technology
                where card_technology.card_id = card.id
            )
        )::text
    ) as fingerprint,
    case
        when not exists (
            select from gateway.listing where listing.card_id = card.id and not listing.gone and not listing.apart
        ) then to_jsonb(card) - 'sources'
    end as last
from gateway.card
where card.id = any($1::bigint[]) and card.listing_count > 0
