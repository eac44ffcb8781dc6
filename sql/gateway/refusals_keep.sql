-- $1 fingerprints, each once, $2 reasons, $3 now
insert into gateway.refusal as known (fingerprint, reason, first_at, last_at)
select fingerprint, reason, $3, $3
from unnest($1::text[], $2::text[]) as refused (fingerprint, reason)
on conflict (fingerprint) do update set
    reason = excluded.reason, count = known.count + 1, last_at = excluded.last_at
