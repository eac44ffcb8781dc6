-- The catalogue's next version, and which cards changed with it. $1 card ids (null: any may have)
with bumped as (
    update gateway.catalogue set version = version + 1 returning version
)
insert into gateway.step (version, card_ids)
select version, $1::bigint[] from bumped
returning version
