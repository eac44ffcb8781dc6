-- Listings of which nothing was known.
copy gateway.listing (
    id, shop_id, shop_listing_id, version, gone, document, identity, match_keys, card_id, apart, title, url,
    observed_at, missing_since, price_minor, currency, base_price_minor, availability, facts_digest
) from stdin (format binary)
