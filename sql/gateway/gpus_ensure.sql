-- $1 slugs, $2 names, $3 makers, $4 architectures (null: not said). What is there is not inserted: a conflict would
-- use up a number of the sequence each time.
with named as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as named (slug, name, maker, architecture)
), learned as (
    update gateway.gpu set architecture = named.architecture
    from named
    where gpu.slug = named.slug and gpu.architecture is null and named.architecture is not null
), added as (
    insert into gateway.gpu (slug, name, maker, architecture)
    select slug, name, maker, architecture from named
    where not exists (select from gateway.gpu where gpu.slug = named.slug)
    on conflict (slug) do nothing
    returning id, slug
)
select id, slug from added
union all
select id, slug from gateway.gpu where slug = any($1::text[])
