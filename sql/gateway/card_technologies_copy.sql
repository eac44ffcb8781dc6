-- What cards support and did not before.
copy gateway.card_technology (card_id, technology_id, version) from stdin (format binary)
