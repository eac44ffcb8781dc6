-- As a replica that nobody has promoted yet: reads are answered, writes refused.
do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$;
select pg_terminate_backend(pid) from pg_stat_activity where usename in ('collector', 'gateway');
