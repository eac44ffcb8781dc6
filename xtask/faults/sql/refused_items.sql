-- How many listings were refused as a whole, or in their price, and are kept with the reason.
select count(distinct (shop, listing_id, case when listing_id = '' then reason end))
from collector.reject
where kind = 'item' and reason <> '' and content_bytes > 0;
