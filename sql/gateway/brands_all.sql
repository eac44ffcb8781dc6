-- By name.
select id, slug, name from gateway.brand order by name, id
