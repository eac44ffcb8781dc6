-- Listings of the shop $1 that the crawl $2 saw at $3, and of which something is different; $18 are the digests of the
-- items that all that is known was read from, null where there is none.
insert into collector.listing as listing (
    shop, listing_id, version, presence, document, shop_updated_at,
    held_price_minor, held_price_currency, held_in_crawl, held_since,
    older_crawls, older_in_crawl, older_since, older_updated_at, released,
    item_digest, item_version, first_seen_at, last_seen_at, last_seen_crawl
)
select $1, seen.*, seen.version, $3, $3, $2
from unnest(
    $4::text[], $5::bigint[], $6::text[], $7::jsonb[], $8::timestamptz[],
    $9::bigint[], $10::text[], $11::bigint[], $12::timestamptz[],
    $13::integer[], $14::bigint[], $15::timestamptz[], $16::timestamptz[], $17::boolean[], $18::bigint[]
) as seen (
    listing_id, version, presence, document, shop_updated_at,
    held_price_minor, held_price_currency, held_in_crawl, held_since,
    older_crawls, older_in_crawl, older_since, older_updated_at, released, item_digest
)
on conflict (shop, listing_id) do update set
    version = excluded.version,
    presence = excluded.presence,
    missing_since = null,
    missing_crawls = 0,
    document = excluded.document,
    shop_updated_at = excluded.shop_updated_at,
    held_price_minor = excluded.held_price_minor,
    held_price_currency = excluded.held_price_currency,
    held_in_crawl = excluded.held_in_crawl,
    held_since = excluded.held_since,
    older_crawls = excluded.older_crawls,
    older_in_crawl = excluded.older_in_crawl,
    older_since = excluded.older_since,
    older_updated_at = excluded.older_updated_at,
    released = excluded.released,
    item_digest = excluded.item_digest,
    item_version = excluded.item_version,
    last_seen_at = excluded.last_seen_at,
    last_seen_crawl = excluded.last_seen_crawl
