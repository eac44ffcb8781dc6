select brand_id, count(*) from gateway.card
where brand_id = any($1::integer[]) and listing_count > 0
group by brand_id
