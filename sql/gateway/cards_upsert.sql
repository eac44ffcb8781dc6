-- A card keeps the slug that it was born with, and why its listings are one card unless that was decided anew
-- (null otherwise). Several words of one row come as text with a line each. Gives back how the cards
-- that were there are written: whether they were served, and whether they look different but for prices and
-- availabilities.
with made as (
    select id, slug, name, name_key, brand_id, gpu_id, document, sources, string_to_array(mpn_keys, e'\n') as mpn_keys,
        string_to_array(gtins, e'\n') as gtins, string_to_array(technology_codes, e'\n') as technology_codes,
        string_to_array(output_kinds, e'\n') as output_kinds, memory_mb, board_power_watts, length_mm, released_on,
        coalesce(match_by, '') as match_by, coalesce(match_confidence, 0) as match_confidence,
        coalesce(match_explanation, '') as match_explanation, listing_count, best_price_minor, discount_bp,
        string_to_array(shop_slugs, e'\n') as shop_slugs, string_to_array(availabilities, e'\n') as availabilities
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
), known as (
    select known.id, known.listing_count > 0 as was_served,
        (
            known.name, known.brand_id, known.gpu_id, known.document, known.gtins, known.output_kinds, known.match_by,
            known.listing_count, known.shop_slugs
        ) is distinct from (
            made.name, made.brand_id, made.gpu_id, made.document, made.gtins, made.output_kinds,
            coalesce(nullif(made.match_by, ''), known.match_by), made.listing_count, made.shop_slugs
        ) as differs
    from made
    join gateway.card as known on known.id = made.id
), written as (
    insert into gateway.card as known (
        id, slug, name, name_key, brand_id, gpu_id, document, sources, mpn_keys, gtins, technology_codes,
        output_kinds, memory_mb, board_power_watts, length_mm, released_on, match_by, match_confidence,
        match_explanation, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities, updated_at,
        changed_version
    )
    select id, slug, name, name_key, brand_id, gpu_id, document, sources, mpn_keys, gtins, technology_codes,
        output_kinds, memory_mb, board_power_watts, length_mm, released_on, match_by, match_confidence,
        match_explanation, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities, clock_timestamp(),
        (select version + 1 from gateway.catalogue)
    from made
    on conflict (id) do update set
        name = excluded.name,
        name_key = excluded.name_key,
        brand_id = excluded.brand_id,
        gpu_id = excluded.gpu_id,
        document = excluded.document,
        sources = excluded.sources,
        mpn_keys = excluded.mpn_keys,
        gtins = excluded.gtins,
        technology_codes = excluded.technology_codes,
        output_kinds = excluded.output_kinds,
        memory_mb = excluded.memory_mb,
        board_power_watts = excluded.board_power_watts,
        length_mm = excluded.length_mm,
        released_on = excluded.released_on,
        match_by = coalesce(nullif(excluded.match_by, ''), known.match_by),
        match_confidence =
            case when excluded.match_by = '' then known.match_confidence else excluded.match_confidence end,
        match_explanation =
            case when excluded.match_by = '' then known.match_explanation else excluded.match_explanation end,
        listing_count = excluded.listing_count,
        best_price_minor = excluded.best_price_minor,
        discount_bp = excluded.discount_bp,
        shop_slugs = excluded.shop_slugs,
        availabilities = excluded.availabilities,
        updated_at = excluded.updated_at,
        changed_version = excluded.changed_version
)
select id, was_served, differs from known
