-- Points of the history of prices that say the same as the one before them: an event that took effect twice. What
-- changed nothing but the time of its observation writes no point.
select point.listing_id || ' at ' || point.at
from (
    select listing_id, at, price_minor, currency, availability,
        lag((price_minor, currency, availability)) over (partition by listing_id order by at) as before
    from gateway.price_point
) point
where (price_minor, currency, availability) = before
limit 20;
