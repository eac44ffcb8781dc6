-- A person believes what waits of the shop $1: of the listing $2, or of all; of the kind $3, or of any. Done by $4 at
-- $5; a removal waits once it was missed $6 times. Returns how much was released that was not before.
with hold as (
    select listing.listing_id, hold.kind, hold.known, hold.held
    from collector.listing
    cross join lateral (
        values
            (
                held_in_crawl is not null,
                'price',
                concat(document #>> '{price,amount_minor}', ' ', document #>> '{price,currency}'),
                concat(held_price_minor, ' ', held_price_currency)
            ),
            (older_crawls > 0, 'older', shop_updated_at::text, coalesce(older_updated_at::text, 'an earlier time')),
            (missing_crawls >= $6, 'removal', 'in the shop', concat('missing since ', missing_since))
    ) as hold (waits, kind, known, held)
    where shop = $1
        and (presence = 'missing' or held_in_crawl is not null or older_crawls > 0)
        and not released
        and ($2::text is null or listing.listing_id = $2)
        and hold.waits
        and ($3::text is null or hold.kind = $3)
),
released as (
    update collector.listing
    set released = true
    where shop = $1 and listing_id in (select listing_id from hold)
),
recorded as (
    insert into collector.release (shop, listing_id, kind, known, held, released_by, released_at)
    select $1, listing_id, kind, known, held, $4, $5
    from hold
    returning id
)
select count(*) from recorded
