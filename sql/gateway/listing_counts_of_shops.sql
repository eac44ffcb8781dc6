select shop_id::integer, count(*) from gateway.listing where not gone group by shop_id
