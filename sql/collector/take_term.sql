-- A collector takes the lead of a shop: $1 shop, $2 name. Returns its term, which no earlier leader can write with.
insert into collector.shop as shop (shop, name, term)
values ($1, $2, 1)
on conflict (shop) do update set term = shop.term + 1, name = excluded.name
returning shop.term
