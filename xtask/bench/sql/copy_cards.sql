-- Once more as many cards as there are, with all that hangs on them, under other ids, names, codes and prices. For the
-- superuser, in one session without triggers: what is referred to is copied along.
-- $1 the number of the copy, from 1; $2 how many cards there are; $3 how many listings
with copied_cards as (
    insert into gateway.card (
        id, slug, name, name_key, brand_id, gpu_id, document, sources, match_by, match_confidence, match_explanation,
        mpn_keys, gtins, technology_codes, output_kinds, memory_mb, board_power_watts, length_mm, released_on,
        updated_at, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities, changed_version
    )
    select id + $1 * $2, slug || '--' || id + $1 * $2, name || ' Mark ' || $1 + 1, name_key || ' mark ' || $1 + 1,
        brand_id, gpu_id, document, sources, match_by, match_confidence, match_explanation,
        array(select mpn_key || $1 from unnest(mpn_keys) as codes (mpn_key)),
        array(select lpad((gtin::bigint + $1 * 10000000000)::text, 14, '0') from unnest(gtins) as codes (gtin)),
        technology_codes, output_kinds, memory_mb, board_power_watts, length_mm, released_on, updated_at, listing_count,
        best_price_minor + (id * 7919 + $1 * 104729) % 20000, discount_bp, shop_slugs, availabilities, changed_version
    from gateway.card
    where id between 1 and $2
), copied_technologies as (
    insert into gateway.card_technology (card_id, technology_id, version)
    select card_id + $1 * $2, technology_id, version from gateway.card_technology where card_id between 1 and $2
), copied_listings as (
    insert into gateway.listing (
        id, shop_id, shop_listing_id, version, gone, document, identity, match_keys, card_id, apart, title, url,
        observed_at, missing_since, price_minor, currency, previous_price_minor, base_price_minor, availability,
        facts_digest
    )
    overriding system value
    select id + $1 * $3, shop_id, shop_listing_id || '-' || $1, version, gone, document, identity,
        array(select match_key || '/' || $1 from unnest(match_keys) as keys (match_key)), card_id + $1 * $2, apart,
        title || ' Mark ' || $1 + 1, url || '-' || $1, observed_at, missing_since,
        price_minor + (card_id * 7919 + $1 * 104729) % 20000, currency,
        previous_price_minor + (card_id * 7919 + $1 * 104729) % 20000,
        base_price_minor + (card_id * 7919 + $1 * 104729) % 20000, availability, facts_digest
    from gateway.listing
    where id between 1 and $3
)
insert into gateway.price_point (listing_id, at, price_minor, currency, base_price_minor, availability)
select price_point.listing_id + $1 * $3, price_point.at,
    price_point.price_minor + (listing.card_id * 7919 + $1 * 104729) % 20000, price_point.currency,
    price_point.base_price_minor + (listing.card_id * 7919 + $1 * 104729) % 20000, price_point.availability
from gateway.price_point
join gateway.listing on listing.id = price_point.listing_id
where price_point.listing_id between 1 and $3
