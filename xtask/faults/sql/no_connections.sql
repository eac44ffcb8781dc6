-- No connection is left for the services, and those that they have are taken away.
alter role collector connection limit 0;
alter role gateway connection limit 0;
select pg_terminate_backend(pid) from pg_stat_activity where usename in ('collector', 'gateway');
