select id, code, name from gateway.technology where id = any($1::integer[])
