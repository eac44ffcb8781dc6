-- What the index knows of cards that changed: as they are ($1 their ids), or as they were before they were removed ($2
-- the changes that say so).
select card.id, card.name_key, brand.slug as brand_slug, brand.name as brand_name, gpu.slug as gpu_slug,
    gpu.name as gpu_name, gpu.maker as gpu_maker, card.memory_mb, card.board_power_watts, card.length_mm,
    card.technology_codes, card.output_kinds, card.shop_slugs, card.availabilities, card.best_price_minor,
    card.discount_bp, card.released_on, card.updated_at, card.mpn_keys, card.gtins, card.served
from (
    select card.*, true as served
    from gateway.card
    where card.id = any($1::bigint[]) and card.listing_count > 0
    union all
    select last.*, false as served
    from gateway.change, jsonb_populate_record(null::gateway.card, change.last) as last
    where change.id = any($2::bigint[])
) as card
left join gateway.brand on brand.id = card.brand_id
left join gateway.gpu on gpu.id = card.gpu_id
