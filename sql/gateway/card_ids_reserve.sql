select nextval('gateway.card_id_seq') from generate_series(1, $1)
