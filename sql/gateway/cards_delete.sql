delete from gateway.card where id = any($1::bigint[])
