-- What a database needs before the services come: one role a service, each the owner of nothing but its own
-- schema, which is made here so that no service needs the right to create schemas; nothing in `public`.
--
-- Run by psql as a superuser, with the variables `collector_password` and `gateway_password` set. It can be run
-- again at any time, and then sets the passwords anew.

select 'create role collector login' where not exists (select from pg_roles where rolname = 'collector') \gexec
select 'create role gateway login' where not exists (select from pg_roles where rolname = 'gateway') \gexec

alter role collector with login nosuperuser nocreatedb nocreaterole noreplication password :'collector_password';
alter role gateway with login nosuperuser nocreatedb nocreaterole noreplication password :'gateway_password';

-- The nets below the services' own, tighter limits: a statement, a wait for a lock and an open transaction that
-- nobody uses end by themselves, even where the service that began them has died or hangs.
alter role collector set statement_timeout = '30s';
alter role collector set lock_timeout = '5s';
alter role collector set idle_in_transaction_session_timeout = '30s';
alter role gateway set statement_timeout = '10s';
alter role gateway set lock_timeout = '5s';
alter role gateway set idle_in_transaction_session_timeout = '10s';

-- Queries qualify every name; this is for what is created without one, like the record of migrations.
alter role collector set search_path = collector;
alter role gateway set search_path = gateway;

create schema if not exists collector authorization collector;
create schema if not exists gateway authorization gateway;

revoke all on schema public from public;
revoke all on database :"DBNAME" from public;
grant connect on database :"DBNAME" to collector, gateway;

-- Which statements cost what, for whoever looks after the database. The server has to preload the library.
create extension if not exists pg_stat_statements schema public;
