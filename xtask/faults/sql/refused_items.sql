-- Listings that were refused as a whole, and are kept with the reason.
select distinct shop || '/' || listing_id
from collector.reject
where kind = 'item' and reason <> '' and content_bytes > 0;
