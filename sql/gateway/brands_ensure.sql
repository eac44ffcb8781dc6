-- $1 slugs, $2 names. What is there is not inserted: a conflict would use up a number of the sequence each time.
with added as (
    insert into gateway.brand (slug, name)
    select slug, name from unnest($1::text[], $2::text[]) as named (slug, name)
    where not exists (select from gateway.brand where brand.slug = named.slug)
    on conflict (slug) do nothing
    returning id, slug
)
select id, slug from added
union all
select id, slug from gateway.brand where slug = any($1::text[])
