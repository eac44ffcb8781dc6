-- The rates have changed. $1 currencies, $2 what one minor unit of each is in minor units of the base
update gateway.listing set base_price_minor = round(listing.price_minor * rate.factor)::bigint
from gateway.listing as again
left join unnest($1::text[], ($2::text[])::numeric[]) as rate (currency, factor) on rate.currency = again.currency
where again.id = listing.id and listing.price_minor is not null
