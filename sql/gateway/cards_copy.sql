-- Cards that were not there before.
copy gateway.card (
    id, slug, name, name_key, brand_id, gpu_id, document, sources, mpn_keys, gtins, technology_codes,
    output_kinds, memory_mb, board_power_watts, length_mm, released_on, match_by, match_confidence,
    match_explanation, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities, updated_at,
    changed_version
) from stdin (format binary)
