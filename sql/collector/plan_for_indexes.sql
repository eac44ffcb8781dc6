-- Until the transaction ends, what an index has is read from there: a table of which Postgres thinks that it is small, or
-- that all of it is asked for, before it has looked, can be large.
select set_config('enable_seqscan', 'off', true)
