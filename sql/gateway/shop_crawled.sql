-- A crawl of a shop ended. A crawl that is not newer than the last one heard of changes nothing.
-- $1 slug, $2 name, $3 crawl, $4 ended at, $5 sound, $6 full, $7 interval in ms
update gateway.shop set
    name = $2,
    crawl = $3,
    last_seen_at = case when $5 then $4 else last_seen_at end,
    last_complete_at = case when $5 and $6 then $4 else last_complete_at end,
    collect_every_ms = $7
where slug = $1 and crawl < $3
