-- How many events of listings the collector has written so far: each one raised a version by one.
select coalesce(sum(version), 0) from collector.listing;
