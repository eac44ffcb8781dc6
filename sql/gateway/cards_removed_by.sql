-- Cards as they were before these changes removed them. $1 ids of changes
select change.id as removed_by, last.id, last.slug, last.name, last.brand_id, last.gpu_id, last.document, last.gtins,
    last.match_by, last.match_confidence, last.match_explanation, last.updated_at
from gateway.change, jsonb_populate_record(null::gateway.card, change.last) as last
where change.id = any($1::bigint[])
