-- $1 slugs of shops that an event named; a shop's name for people comes with the end of its first crawl. What is
-- there is not inserted: a conflict would use up a number of the sequence each time.
insert into gateway.shop (slug, name)
select slug, slug from unnest($1::text[]) as named (slug)
where not exists (select from gateway.shop where shop.slug = named.slug)
on conflict (slug) do nothing
