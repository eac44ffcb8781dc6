select brand_id, count(*) from gateway.card
where brand_id is not null and listing_count > 0
group by brand_id
