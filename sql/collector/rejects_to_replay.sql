-- At most $3 refused pages and items of the shop $1 behind the refusal $2 that are kept whole and were not read yet.
select
    id, shop, listing_id, kind, field, reason, count, content_bytes,
    length(content)::bigint as kept_bytes, first_seen_at, last_seen_at, replayed_at, content
from collector.reject
where shop = $1 and id > $2 and kind in ('page', 'item') and replayed_at is null and length(content) = content_bytes
order by id
limit $3
