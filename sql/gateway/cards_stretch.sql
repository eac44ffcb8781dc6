-- Where a stretch of cards ends; null: there are no more. $1 the last id before it, $2 how many cards it has at most
select max(id) from (select id from gateway.card where id > $1 order by id limit $2) as stretch
