-- $1 shops, $2 the shops' listing ids, $3 versions, $4 times, $5 titles, $6 addresses, $7 prices, $8 currencies,
-- $9 documents
insert into floor.listing as known
select * from unnest(
    $1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[], $8::text[],
    $9::jsonb[]
)
on conflict (shop, listing_id) do update set
    version = excluded.version,
    observed_at = excluded.observed_at,
    title = excluded.title,
    url = excluded.url,
    price_minor = excluded.price_minor,
    currency = excluded.currency,
    document = excluded.document
where known.version < excluded.version
