-- $1 ids. A card that no shop lists any more is not served. Technologies come as ids, as two lists of one order: a page
-- supports few different ones.
select id, slug, name, brand_id, gpu_id, document, gtins, match_by, match_confidence, match_explanation,
    updated_at, supported.technology_ids, supported.technology_versions
from gateway.card
cross join lateral (
    select
        coalesce(array_agg(technology_id), '{}') as technology_ids,
        coalesce(array_agg(version), '{}') as technology_versions
    from gateway.card_technology
    where card_id = card.id
) as supported
where id = any($1::bigint[]) and listing_count > 0
