-- Listings that nobody knew, and that a crawl has seen.
copy collector.listing (
    shop, listing_id, version, presence, document, shop_updated_at, item_digest, item_version, first_seen_at,
    last_seen_at, last_seen_crawl
) from stdin (format binary)
