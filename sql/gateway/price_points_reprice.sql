-- The rates have changed. $1 currencies, $2 what one minor unit of each is in minor units of the base
update gateway.price_point set base_price_minor = round(price_point.price_minor * rate.factor)::bigint
from gateway.price_point as again
left join unnest($1::text[], ($2::text[])::numeric[]) as rate (currency, factor) on rate.currency = again.currency
where again.listing_id = price_point.listing_id and again.at = price_point.at
