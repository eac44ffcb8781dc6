select id, card_id, shop_id, title, url, observed_at, missing_since is not null as missing, price_minor,
    currency, previous_price_minor, base_price_minor, availability
from gateway.listing
where id = any($1::bigint[]) and card_id is not null and not gone and not apart and base_price_minor is not null
