-- Listings of which only the offer is news, with the version guard: one of which another version is known than was thought
-- isn't changed and not returned. Their documents go on saying what they said of the product; what it costs stands in
-- columns alone. What each cost before is worked out of what it cost in the version that is known. No column that an index has is set. What is no part of its card changes nothing of it.
-- $1 ids, $2 the versions that are thought to be known, $3 versions, $4 digests, $5 times, $6 missing since, $7 prices,
-- $8 currencies, $9 what they cost before, $10 base prices (null: no rate), $11 availabilities
update gateway.listing set
    version = seen.version,
    facts_digest = seen.facts_digest,
    observed_at = seen.observed_at,
    missing_since = seen.missing_since,
    price_minor = seen.price_minor,
    currency = seen.currency,
    previous_price_minor = seen.previous_price_minor,
    base_price_minor = seen.base_price_minor,
    availability = seen.availability
from unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::bigint[],
    $8::text[], $9::bigint[], $10::bigint[], $11::text[]
) as seen (
    id, version_before, version, facts_digest, observed_at, missing_since, price_minor, currency, previous_price_minor,
    base_price_minor, availability
)
where listing.id = seen.id and listing.version = seen.version_before
returning listing.id, case when not listing.apart then listing.card_id end as card_id
