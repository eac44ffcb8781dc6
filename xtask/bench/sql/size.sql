-- How much there is.
select (select count(*) from gateway.card where listing_count > 0) as cards,
    (select coalesce(max(id), 0) from gateway.card) as last_card,
    (select count(*) from gateway.listing) as listings,
    (select coalesce(max(id), 0) from gateway.listing) as last_listing,
    (select count(*) from gateway.card_technology) as technologies,
    (select count(*) from gateway.price_point) as price_points,
    (select count(*) from gateway.brand) as brands,
    (select count(*) from gateway.gpu) as gpus,
    (select pg_database_size(current_database())) as bytes
