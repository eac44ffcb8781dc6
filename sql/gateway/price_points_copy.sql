-- What listings cost of which nothing was known.
copy gateway.price_point (listing_id, at, price_minor, currency, base_price_minor, availability)
from stdin (format binary)
