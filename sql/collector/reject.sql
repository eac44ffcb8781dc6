-- The refusal $1, and what was refused.
select
    id, shop, listing_id, kind, field, reason, count, content_bytes,
    length(content)::bigint as kept_bytes, first_seen_at, last_seen_at, replayed_at, content
from collector.reject
where id = $1
