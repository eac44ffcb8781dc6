-- Listings of which only the offer is news, with the version guard: what is not newer changes nothing and is not
-- returned. Their documents go on saying what they said of the product; what it costs stands in columns alone.
-- No column that an index has is set.
-- $1 ids, $2 versions, $3 digests, $4 times, $5 missing since, $6 prices, $7 currencies, $8 base prices (null: no rate),
-- $9 availabilities
update gateway.listing set
    version = seen.version,
    facts_digest = seen.facts_digest,
    observed_at = seen.observed_at,
    missing_since = seen.missing_since,
    previous_price_minor = case
        when seen.currency is distinct from listing.currency then null
        when seen.price_minor = listing.price_minor then listing.previous_price_minor
        else listing.price_minor
    end,
    price_minor = seen.price_minor,
    currency = seen.currency,
    base_price_minor = seen.base_price_minor,
    availability = seen.availability
from unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::bigint[], $7::text[],
    $8::bigint[], $9::text[]
) as seen (
    id, version, facts_digest, observed_at, missing_since, price_minor, currency, base_price_minor, availability
)
where listing.id = seen.id and listing.version < seen.version
returning listing.id
