-- How many pages were refused and kept with the reason.
select coalesce(sum(count), 0) from collector.reject where kind = 'page' and reason <> '';
