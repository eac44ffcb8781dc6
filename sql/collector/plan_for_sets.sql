-- Until the transaction ends, sets are compared in memory, of which half a million identifiers take that much, and never
-- one by one, whatever Postgres thinks of their sizes before it has looked.
select set_config('work_mem', '64MB', true), set_config('enable_nestloop', 'off', true)
