select id, slug, name from gateway.brand where id = any($1::integer[])
