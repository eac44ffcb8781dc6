-- Whoever holds this row applies; the others wait. Held to the end of the transaction, in which each statement asks for
-- a batch of rows by their keys: no table is to be read through for that, whatever Postgres thinks of its size before it
-- has looked, and none is worth compiling. A batch has room in memory while it is written.
select rates, version, set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
    set_config('work_mem', '32MB', true)
from gateway.catalogue
for update
