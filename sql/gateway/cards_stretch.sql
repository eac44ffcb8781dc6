-- A stretch of cards: its last one (null: there are no more), and which of them changed after a version.
-- $1 the last id before it, $2 how many cards it has at most, $3 the version
select max(id), coalesce(array_agg(id order by id) filter (where changed_version > $3), '{}')
from (select id, changed_version from gateway.card where id > $1 order by id limit $2) as stretch
