select id, slug, name, maker, architecture from gateway.gpu where id = any($1::integer[])
