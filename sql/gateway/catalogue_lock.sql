-- Whoever holds this row applies; the others wait. Held to the end of the transaction, in which each statement asks for
-- a batch of rows by their keys: no table is to be read through for that, whatever Postgres thinks of its size before it
-- has looked, and none is worth compiling.
select rates, set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
from gateway.catalogue
for update
