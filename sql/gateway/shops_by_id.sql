select id, slug, name, last_seen_at, last_complete_at from gateway.shop where id = any($1::smallint[])
