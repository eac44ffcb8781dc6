-- How many statements readers have had executed in this database. Not what each gateway asks all the time whether
-- anybody reads or not: which version the catalogue has, and what changed.
select coalesce(sum(calls), 0)::bigint as calls
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database())
    and userid = 'gateway'::regrole
    and query not like '%gateway.catalogue%'
    and query not like '%gateway.change%'
