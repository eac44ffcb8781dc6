-- Forgets what the last complete crawl of the shop $1 has not seen.
delete from collector.missed where shop = $1
