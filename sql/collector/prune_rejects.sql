-- Forgets refusals of the shop $1 that were last seen before $2, and the oldest beyond the newest $3.
delete from collector.reject
where shop = $1
    and last_seen_at < greatest(
        $2,
        (select last_seen_at from collector.reject where shop = $1 order by last_seen_at desc offset $3 limit 1)
    )
