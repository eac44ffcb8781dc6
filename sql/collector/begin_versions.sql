-- Of the shop $1, of which no listing is known yet, the digest of versions is known: $2, from $4 on. Only for who leads the
-- shop in the term $3: the lock lets no new leader in before, who could write a listing meanwhile.
insert into collector.versions (shop, digest, term, counted_at)
select shop, $2, term, $4
from collector.shop
where shop = $1
    and term = $3
    and not exists (select from collector.listing where listing.shop = $1)
for share
on conflict (shop) do nothing
