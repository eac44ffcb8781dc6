-- As `catalogue_lock` does, for a transaction that only looks.
select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
