-- A collector takes the lead of a shop: $1 shop, $2 name, $3 the rules by which it reads. Returns its term, which no
-- earlier leader can write with, and the term since which all leaders have read by these rules. One that knew of no
-- rules has left the term behind in which the last one led that did.
insert into collector.shop as shop (shop, name, term, rules, rules_term, rules_since)
values ($1, $2, 1, $3, 1, 1)
on conflict (shop) do update set
    term = shop.term + 1,
    name = excluded.name,
    rules = excluded.rules,
    rules_term = shop.term + 1,
    rules_since = case
        when shop.rules = excluded.rules and shop.rules_term = shop.term then shop.rules_since
        else shop.term + 1
    end
returning shop.term, shop.rules_since
