select score, explanation from gateway.match_doubt where listing_a = $1 and listing_b = $2
