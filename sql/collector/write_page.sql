-- A page of the shop $1: $2 its address, $3 its tag, $4 the listings on it, $5 where to go on, $6 the crawl.
insert into collector.page (shop, url, etag, listing_ids, next_position, last_crawl)
values ($1, $2, $3, $4, $5, $6)
on conflict (shop, url) do update set
    etag = excluded.etag,
    listing_ids = excluded.listing_ids,
    next_position = excluded.next_position,
    last_crawl = excluded.last_crawl
