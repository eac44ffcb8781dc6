-- What the shop $1 sent at $2. The same as before is not written again.
insert into collector.received as received (shop, listing_id, item, received_at)
select $1, sent.listing_id, sent.item, $2
from unnest($3::text[], $4::text[]) as sent (listing_id, item)
on conflict (shop, listing_id) do update
set item = excluded.item, received_at = excluded.received_at
where received.item <> excluded.item
