set default_transaction_read_only = off;
do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$;
select pg_terminate_backend(pid) from pg_stat_activity where usename in ('collector', 'gateway');
