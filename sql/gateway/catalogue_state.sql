-- What a cached answer depends on: the catalogue's version, which shops have not been read soundly for more than
-- three times their interval, and of how many chips the architecture is known (it is learned once, if ever).
select
    catalogue.id::text as id,
    catalogue.version,
    coalesce(
        (
            select array_agg(shop.id order by shop.id)
            from gateway.shop
            where shop.last_seen_at is null
                or shop.last_seen_at < now() - shop.collect_every_ms * 3 * interval '1 millisecond'
        ),
        '{}'
    ) as stale_shops,
    (select count(architecture) from gateway.gpu) as chips_known
from gateway.catalogue
