-- How many events wait, counted up to $1.
select count(*) from (select from collector.outbox limit $1) as waiting
