-- For some listings: the event that was sent last, once more, and an older one that says a price which never was.
select jsonb_build_object(
    'v', 1,
    'type', 'listing.changed',
    'shop', listing.shop,
    'listing_id', listing.listing_id,
    'listing_version', listing.version - age,
    'observed_at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'listing', case age
        when 0 then listing.document
        else jsonb_set(listing.document, '{price,amount_minor}', '1')
    end
)
from (select * from collector.listing where presence = 'present' order by shop, listing_id limit 20) listing
cross join generate_series(0, 1) as age;
