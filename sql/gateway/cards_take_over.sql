-- $1 cards whose listings all belong to other cards now, $2 the cards that took them over
with taken as (
    select taken.id, taken.card_id from unnest($1::bigint[], $2::bigint[]) as taken (id, card_id)
), redirected as (
    update gateway.card_alias set card_id = taken.card_id
    from taken
    where card_alias.card_id = taken.id
), moved as (
    -- Listings that went, or are no cards any more, still point there. They stand in one index and all others in another:
    -- so that neither is looked for in the whole table, each is asked for by itself.
    update gateway.listing set card_id = taken.card_id
    from taken
    where (listing.gone or listing.apart) and listing.card_id = taken.id
), moved_too as (
    -- Others do where they were not looked at.
    update gateway.listing set card_id = taken.card_id
    from taken
    where not listing.gone and not listing.apart and listing.card_id = taken.id
)
insert into gateway.card_alias (id, slug, card_id, changed_version)
select card.id, card.slug, taken.card_id, (select version + 1 from gateway.catalogue)
from taken
join gateway.card on card.id = taken.id
on conflict (id) do update set card_id = excluded.card_id
