-- $1 ids. A card that no shop lists any more is not served.
select id, slug, name, brand_id, gpu_id, document, gtins, match_by, match_confidence, match_explanation,
    updated_at
from gateway.card
where id = any($1::bigint[]) and listing_count > 0
