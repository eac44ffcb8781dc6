-- What the shop sent of listings of which it is not known.
copy collector.received (shop, listing_id, item, received_at) from stdin (format binary)
