-- $1 fingerprints
select fingerprint, reason, count, first_at from gateway.refusal where fingerprint = any($1::text[])
