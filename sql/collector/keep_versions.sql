-- $2 is the digest of the versions of the shop $1 (null: it has to be worked out), kept in the term $3 and last worked out
-- of all listings at $4.
insert into collector.versions as versions (shop, digest, term, counted_at) values ($1, $2, $3, $4)
on conflict (shop) do update set digest = excluded.digest, term = excluded.term, counted_at = excluded.counted_at
