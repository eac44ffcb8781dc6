-- $1 slugs, $2 names, $3 makers, $4 architectures (null: not said)
with added as (
    insert into gateway.gpu as known (slug, name, maker, architecture)
    select slug, name, maker, architecture
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as named (slug, name, maker, architecture)
    on conflict (slug) do update set architecture = excluded.architecture
    where known.architecture is null and excluded.architecture is not null
    returning id, slug
)
select id, slug from added
union
select id, slug from gateway.gpu where slug = any($1::text[])
