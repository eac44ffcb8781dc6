select shop_id, count(*) from gateway.listing
where shop_id = any($1::smallint[]) and not gone
group by shop_id
