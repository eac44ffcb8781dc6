-- Cards that were not there before, each as `cards_upsert` takes it: nothing is looked up that can't be there.
insert into gateway.card (
    id, slug, name, name_key, brand_id, gpu_id, document, sources, mpn_keys, gtins, technology_codes,
    output_kinds, memory_mb, board_power_watts, length_mm, released_on, match_by, match_confidence,
    match_explanation, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities, updated_at,
    changed_version
)
select id, slug, name, name_key, brand_id, gpu_id, document, sources, string_to_array(mpn_keys, e'\n'),
    string_to_array(gtins, e'\n'), string_to_array(technology_codes, e'\n'), string_to_array(output_kinds, e'\n'),
    memory_mb, board_power_watts, length_mm, released_on, coalesce(match_by, ''), coalesce(match_confidence, 0),
    coalesce(match_explanation, ''), listing_count, best_price_minor, discount_bp,
    string_to_array(shop_slugs, e'\n'), string_to_array(availabilities, e'\n'), clock_timestamp(),
    (select version + 1 from gateway.catalogue)
from unnest(
    $1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::jsonb[], $8::jsonb[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::integer[], $14::integer[], $15::integer[],
    $16::date[], $17::text[], $18::double precision[], $19::text[], $20::integer[], $21::bigint[],
    $22::integer[], $23::text[], $24::text[]
) as made (
    id, slug, name, name_key, brand_id, gpu_id, document, sources, mpn_keys, gtins, technology_codes,
    output_kinds, memory_mb, board_power_watts, length_mm, released_on, match_by, match_confidence,
    match_explanation, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities
)
