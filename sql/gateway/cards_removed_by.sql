-- Cards as they were before these changes removed them, with what is still known of their technologies. $1 ids of changes
select change.id as removed_by, last.id, last.slug, last.name, last.brand_id, last.gpu_id, last.document, last.gtins,
    last.match_by, last.match_confidence, last.match_explanation, last.updated_at, supported.technology_ids,
    supported.technology_versions
from gateway.change
cross join lateral jsonb_populate_record(null::gateway.card, change.last) as last
cross join lateral (
    select
        coalesce(array_agg(technology_id), '{}') as technology_ids,
        coalesce(array_agg(version), '{}') as technology_versions
    from gateway.card_technology
    where card_id = last.id
) as supported
where change.id = any($1::bigint[])
