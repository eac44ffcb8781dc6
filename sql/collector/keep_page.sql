-- The page $2 of the shop $1 has not changed in the crawl $3.
update collector.page set last_crawl = $3 where shop = $1 and url = $2
