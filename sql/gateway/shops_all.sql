select id, slug, name, last_seen_at, last_complete_at, collect_every_ms from gateway.shop order by name, id
