-- What the gateway's statements have taken since they were last forgotten, the costliest first.
select regexp_replace(left(query, 90), '\s+', ' ', 'g') as text, calls, rows, total_exec_time as total_ms
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database()) and userid = 'gateway'::regrole
order by total_exec_time desc
limit 16
