-- How many events the collectors have written so far: each took a number of the outbox, whether it was sent since or not.
-- Versions tell nothing of how many there were: they follow the clock. A Postgres that is killed leaves out a few numbers,
-- 32 at most.
select coalesce(pg_sequence_last_value(pg_get_serial_sequence('collector.outbox', 'id')), 0);
