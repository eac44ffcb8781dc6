-- The term and the last crawl of the shop $1, of which nobody else writes before the transaction ends. No row if it is
-- not known.
select term, last_crawl from collector.shop where shop = $1 for update
