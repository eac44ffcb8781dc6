-- The indexes that can be taken away while rows are copied: those that no constraint rests on. What makes each again.
select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
from pg_index
where indrelid::regclass::text like 'gateway.%'
    and not exists (select from pg_constraint where pg_constraint.conindid = pg_index.indexrelid)
order by 1
