-- Those that were last seen before $1.
delete from gateway.refusal where last_at < $1
