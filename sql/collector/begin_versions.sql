-- Of the shop $1, of which no listing is known yet, the digest of versions is known: $2, in the term $3 and at $4.
insert into collector.versions (shop, digest, term, counted_at)
select $1, $2, $3, $4
where not exists (select from collector.listing where shop = $1)
on conflict (shop) do nothing
