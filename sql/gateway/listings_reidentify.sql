-- $1 ids, $2 what was read, $3 keys, a line each
update gateway.listing set identity = read.identity, match_keys = string_to_array(read.match_keys, e'\n')
from unnest($1::bigint[], $2::jsonb[], $3::text[]) as read (id, identity, match_keys)
where listing.id = read.id
