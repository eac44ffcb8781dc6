-- What a card costs where, cheapest first. A price without a known rate can't be compared, and isn't served.
select id, card_id, shop_id, title, url, observed_at, missing_since is not null as missing, price_minor,
    currency, previous_price_minor, base_price_minor, availability
from gateway.listing
where card_id = any($1::bigint[]) and not gone and not apart and base_price_minor is not null
order by base_price_minor, id
