-- The digest that is kept of the versions of the shop $1. Nobody else changes it before the transaction ends.
select digest, term, counted_at from collector.versions where shop = $1 for update
