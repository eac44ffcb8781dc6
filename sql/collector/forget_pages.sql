-- Forgets the pages of the shop $1 that the crawl $2 did not come by.
delete from collector.page where shop = $1 and last_crawl < $2
