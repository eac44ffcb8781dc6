-- How many events wait, and since when the oldest does. By the key's order, so that the oldest is found at once.
select
    (select count(*) from collector.outbox) as waiting,
    (select created_at from collector.outbox order by id limit 1) as oldest
