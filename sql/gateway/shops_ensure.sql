-- $1 slugs of shops that an event named; a shop's name for people comes with the end of its first crawl.
insert into gateway.shop (slug, name)
select slug, slug from unnest($1::text[]) as named (slug)
on conflict (slug) do nothing
