-- $1 listing ids, $2 times, $3 prices, $4 currencies, $5 base prices (null: no rate), $6 availabilities
insert into gateway.price_point (listing_id, at, price_minor, currency, base_price_minor, availability)
select * from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
on conflict (listing_id, at) do update set
    price_minor = excluded.price_minor,
    currency = excluded.currency,
    base_price_minor = excluded.base_price_minor,
    availability = excluded.availability
