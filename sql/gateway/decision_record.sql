insert into gateway.match_decision (listing_a, listing_b, same, decided_by) values ($1, $2, $3, $4)
