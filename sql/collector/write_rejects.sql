-- What was refused of the shop $1 at $2. The same again is news even if the one before was replayed.
insert into collector.reject as reject (
    shop, listing_id, kind, field, reason, content, content_bytes, first_seen_at, last_seen_at
)
select $1, refused.*, $2, $2
from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bigint[]) as refused
on conflict (shop, listing_id, kind, field, reason) do update set
    content = excluded.content,
    content_bytes = excluded.content_bytes,
    count = reject.count + 1,
    last_seen_at = excluded.last_seen_at,
    replayed_at = null
