-- The refusal $1 was read at $2.
update collector.reject set replayed_at = $2 where id = $1
