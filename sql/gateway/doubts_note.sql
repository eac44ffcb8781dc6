-- $1 one listing, $2 the other (the greater id), $3 scores, $4 explanations
insert into gateway.match_doubt (listing_a, listing_b, score, explanation)
select * from unnest($1::bigint[], $2::bigint[], $3::double precision[], $4::text[])
on conflict (listing_a, listing_b) do update set score = excluded.score, explanation = excluded.explanation
