-- Goes on counting behind the ids that were given by hand.
select setval('gateway.card_id_seq', (select max(id) from gateway.card)),
    setval('gateway.listing_id_seq', (select max(id) from gateway.listing))
