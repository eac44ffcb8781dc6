-- The version guard stands here: what is not newer changes nothing and is not returned. A listing that went
-- keeps its last document. The keys of one row come as text with a line each.
insert into gateway.listing as known (
    shop_id, shop_listing_id, version, gone, document, identity, match_keys, title, url, observed_at,
    missing_since, price_minor, currency, base_price_minor, availability
)
select shop_id, shop_listing_id, version, gone, document, identity, string_to_array(match_keys, e'\n'), title,
    url, observed_at, missing_since, price_minor, currency, base_price_minor, availability
from unnest(
    $1::smallint[], $2::text[], $3::bigint[], $4::boolean[], $5::jsonb[], $6::jsonb[], $7::text[], $8::text[],
    $9::text[], $10::timestamptz[], $11::timestamptz[], $12::bigint[], $13::text[], $14::bigint[], $15::text[]
) as seen (
    shop_id, shop_listing_id, version, gone, document, identity, match_keys, title, url, observed_at,
    missing_since, price_minor, currency, base_price_minor, availability
)
on conflict (shop_id, shop_listing_id) do update set
    version = excluded.version,
    gone = excluded.gone,
    observed_at = excluded.observed_at,
    missing_since = excluded.missing_since,
    document = coalesce(excluded.document, known.document),
    identity = coalesce(excluded.identity, known.identity),
    match_keys = case when excluded.gone then known.match_keys else excluded.match_keys end,
    title = case when excluded.gone then known.title else excluded.title end,
    url = case when excluded.gone then known.url else excluded.url end,
    previous_price_minor = case
        when excluded.gone then known.previous_price_minor
        when excluded.currency is distinct from known.currency then null
        when excluded.price_minor = known.price_minor then known.previous_price_minor
        else known.price_minor
    end,
    price_minor = coalesce(excluded.price_minor, known.price_minor),
    currency = coalesce(excluded.currency, known.currency),
    base_price_minor = case when excluded.gone then known.base_price_minor else excluded.base_price_minor end,
    availability = coalesce(excluded.availability, known.availability)
where known.version < excluded.version
returning id, shop_id, shop_listing_id
