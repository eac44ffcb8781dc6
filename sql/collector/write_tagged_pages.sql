-- Pages of the shop $1, each once: $2 their addresses, $3 their tags, $4 the listings on all of them, one page after the
-- other, $5 how many of these stand before each page's own, $6 how many are its own, $7 where to go on, $8 the crawl.
insert into collector.page (shop, url, etag, listing_ids, next_position, last_crawl)
select $1, url, etag, ($4::text[])[before + 1 : before + own], next_position, $8
from unnest($2::text[], $3::text[], $5::integer[], $6::integer[], $7::jsonb[])
    as page (url, etag, before, own, next_position)
on conflict (shop, url) do update set
    etag = excluded.etag,
    listing_ids = excluded.listing_ids,
    next_position = excluded.next_position,
    last_crawl = excluded.last_crawl
