-- Changes from before $1 go, and all but the newest $2.
with forgotten as (
    delete from gateway.change
    where at < $1 or id <= (select max(change.id) - $2 from gateway.change)
    returning id
), through as (
    select count(*) as changes, max(id) as id from forgotten
), noted as (
    update gateway.catalogue set changes_forgotten_through = greatest(changes_forgotten_through, through.id)
    from through
    where through.id is not null
)
select changes from through
