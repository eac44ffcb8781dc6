-- At most $3 refusals, those last seen first: of the shop $1, or of all; of the kind $2, or of any.
select
    id, shop, listing_id, kind, field, reason, count, content_bytes,
    length(content)::bigint as kept_bytes, first_seen_at, last_seen_at, replayed_at
from collector.reject
where ($1::text is null or shop = $1) and ($2::text is null or kind = $2)
order by last_seen_at desc, id
limit $3
