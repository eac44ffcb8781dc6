-- Which cards changed with each version after $1, up to $2. With more than $3 versions, not what the offers of those come
-- to of which nothing else changed.
select card_ids, repriced_at,
    case when $2 - $1 <= $3 then repriced end as repriced,
    case when $2 - $1 <= $3 then best_prices_minor end as best_prices_minor,
    case when $2 - $1 <= $3 then discounts_bp end as discounts_bp,
    case when $2 - $1 <= $3 then shop_slugs end as shop_slugs,
    case when $2 - $1 <= $3 then availabilities end as availabilities
from gateway.step
where version > $1 and version <= $2
order by version
