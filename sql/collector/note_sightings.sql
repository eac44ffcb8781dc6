-- The crawl $2 saw the listings $4 of the shop $1 as they were by some pages, of which $3 is the first.
insert into collector.sighting (shop, crawl, page, listing_ids) values ($1, $2, $3, $4)
