-- All that was ever decided about a pair, newest first. $1 the smaller id, $2 the greater
select same, decided_by as by, decided_at as at
from gateway.match_decision
where listing_a = $1 and listing_b = $2
order by id desc
