-- $1 slugs, $2 names
with added as (
    insert into gateway.brand (slug, name)
    select slug, name from unnest($1::text[], $2::text[]) as named (slug, name)
    on conflict (slug) do nothing
    returning id, slug
)
select id, slug from added
union all
select id, slug from gateway.brand where slug = any($1::text[])
