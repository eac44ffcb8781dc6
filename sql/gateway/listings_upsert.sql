-- The version guard stands here: what is not newer changes nothing. A listing that went keeps its last document, and one
-- that is known its id. The keys of one row come as text with a line each.
insert into gateway.listing as known (
    id, shop_id, shop_listing_id, version, gone, document, identity, match_keys, card_id, apart, title, url,
    observed_at, missing_since, price_minor, currency, base_price_minor, availability, facts_digest
)
overriding system value
select id, shop_id, shop_listing_id, version, gone, document, identity, string_to_array(match_keys, e'\n'), card_id,
    apart, title, url, observed_at, missing_since, price_minor, currency, base_price_minor, availability, facts_digest
from unnest(
    $1::bigint[], $2::smallint[], $3::text[], $4::bigint[], $5::boolean[], $6::jsonb[], $7::jsonb[], $8::text[],
    $9::bigint[], $10::boolean[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bigint[],
    $16::text[], $17::bigint[], $18::text[], $19::bigint[]
) as seen (
    id, shop_id, shop_listing_id, version, gone, document, identity, match_keys, card_id, apart, title, url,
    observed_at, missing_since, price_minor, currency, base_price_minor, availability, facts_digest
)
on conflict (shop_id, shop_listing_id) do update set
    version = excluded.version,
    facts_digest = excluded.facts_digest,
    gone = excluded.gone,
    card_id = excluded.card_id,
    apart = excluded.apart,
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
