-- How many statements the gateways have had executed in this database.
select coalesce(sum(statement.calls), 0)
from public.pg_stat_statements statement
join pg_roles role on role.oid = statement.userid
join pg_database database on database.oid = statement.dbid
where role.rolname = 'gateway' and database.datname = current_database();
