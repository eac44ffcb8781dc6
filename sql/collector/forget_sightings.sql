-- Forgets what crawls of the shop $1 before the crawl $2 have seen.
delete from collector.sighting where shop = $1 and crawl < $2
