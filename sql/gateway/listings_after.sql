-- A stretch of all listings, to be read anew. $1 the last id of the stretch before, $2 how many
select id, document, match_keys, card_id from gateway.listing
where id > $1 and not gone and document is not null
order by id
limit $2
