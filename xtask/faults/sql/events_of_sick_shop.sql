-- What grows with every event of a listing of the shop that the rows make sick.
select coalesce(sum(version), 0) from collector.listing where shop = 'netvideo';
