-- One row if $2 is still the term of the shop $1. The lock lets no new leader in before the transaction ends, in which rows
-- are looked for by their keys: a table that was tiny when Postgres made its plan need not be so when that is used.
select last_crawl, set_config('enable_seqscan', 'off', true)
from collector.shop
where shop = $1 and term = $2
for share
