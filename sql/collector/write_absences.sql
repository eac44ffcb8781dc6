-- Listings of the shop $1 that the crawl $2 did not see, at $3.
update collector.listing as listing
set
    version = absent.version,
    presence = absent.presence,
    missing_since = absent.missing_since,
    missing_crawls = absent.missing_crawls,
    missed_in_crawl = $2,
    gone_at = case when absent.presence = 'gone' then $3 else listing.gone_at end,
    held_price_minor = case when absent.presence = 'gone' then null else listing.held_price_minor end,
    held_price_currency = case when absent.presence = 'gone' then null else listing.held_price_currency end,
    held_in_crawl = case when absent.presence = 'gone' then null else listing.held_in_crawl end,
    older_crawls = case when absent.presence = 'gone' then 0 else listing.older_crawls end,
    released = absent.presence <> 'gone' and listing.released
from unnest($4::text[], $5::bigint[], $6::text[], $7::timestamptz[], $8::integer[])
    as absent (listing_id, version, presence, missing_since, missing_crawls)
where listing.shop = $1 and listing.listing_id = absent.listing_id
