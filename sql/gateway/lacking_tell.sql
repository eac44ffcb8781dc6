-- $1 the channel of the contract of events, $2 the payload
select pg_notify($1, $2)
