-- Brands that have a card, by name.
select id, slug, name from gateway.brand
where exists (select from gateway.card where card.brand_id = brand.id and card.listing_count > 0)
order by name, id
