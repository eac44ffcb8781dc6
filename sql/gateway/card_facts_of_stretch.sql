-- What the index knows of the cards of a stretch that changed after a version, those that are not served any more among
-- them. $1 the last id before the stretch, $2 its last id, $3 the version
select card.id, card.name_key, brand.slug as brand_slug, brand.name as brand_name, gpu.slug as gpu_slug,
    gpu.name as gpu_name, gpu.maker as gpu_maker, card.memory_mb, card.board_power_watts, card.length_mm,
    card.technology_codes, card.output_kinds, card.shop_slugs, card.availabilities, card.best_price_minor,
    card.discount_bp, card.released_on, card.updated_at, card.mpn_keys, card.gtins,
    card.listing_count > 0 as served
from gateway.card
left join gateway.brand on brand.id = card.brand_id
left join gateway.gpu on gpu.id = card.gpu_id
where card.id > $1 and card.id <= $2 and card.changed_version > $3
order by card.id
