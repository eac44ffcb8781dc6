-- How many listings the collector holds to be gone.
select count(*) from collector.listing where presence = 'gone';
