-- As `catalogue_lock` does, for a transaction that only looks, twice, for whoever waits no longer than a second.
select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
    set_config('statement_timeout', '400ms', true)
