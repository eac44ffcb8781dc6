-- Forgets refusals of the shop $1 that were last seen before $2, and the oldest beyond the newest $3 and beyond the
-- newest $4 bytes.
delete from collector.reject
where id in (
    select id
    from (
        select
            id, last_seen_at,
            row_number() over newest as place,
            sum(length(content)) over newest as bytes
        from collector.reject
        where shop = $1
        window newest as (order by last_seen_at desc, id desc)
    ) as kept
    where last_seen_at < $2 or place > $3 or bytes > $4
)
