-- One row if $2 is still the term of the shop $1. The lock lets no new leader in before the transaction ends.
select last_crawl from collector.shop where shop = $1 and term = $2 for share
