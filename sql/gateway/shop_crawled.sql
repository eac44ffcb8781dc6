-- Crawls of a shop ended. Those that are not newer than the last one heard of change nothing. An interval of more
-- than 30 days is held to be one of 30 days.
-- $1 slug, $2 name, $3 the newest crawl, $4 when the last sound one ended, $5 when the last sound one that asked for
-- everything ended (null: none of them), $6 interval in ms
update gateway.shop set
    name = $2,
    crawl = $3,
    last_seen_at = greatest(last_seen_at, $4),
    last_complete_at = greatest(last_complete_at, $5),
    collect_every_ms = least(greatest($6, 1), 2592000000)
where slug = $1 and crawl < $3
