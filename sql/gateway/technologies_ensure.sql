-- $1 codes, $2 names. What is there is not inserted: a conflict would use up a number of the sequence each time.
with added as (
    insert into gateway.technology (code, name)
    select code, name from unnest($1::text[], $2::text[]) as named (code, name)
    where not exists (select from gateway.technology where technology.code = named.code)
    on conflict (code) do nothing
    returning id, code
)
select id, code from added
union all
select id, code from gateway.technology where code = any($1::text[])
