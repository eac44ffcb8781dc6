-- By name.
select id, code, name from gateway.technology order by name, id
