-- What filters and sorts need to know of a card's offers. $1 card ids
update gateway.card set
    listing_count = summary.listing_count,
    best_price_minor = summary.best_price_minor,
    discount_bp = summary.discount_bp,
    shop_slugs = summary.shop_slugs,
    availabilities = summary.availabilities,
    updated_at = clock_timestamp(),
    changed_version = (select version + 1 from gateway.catalogue)
from (
    select asked.id,
        count(listing.id)::integer as listing_count,
        min(listing.base_price_minor) filter (where listing.availability = any($2::text[]))
            as best_price_minor,
        coalesce(
            (
                array_agg(
                    case
                        when listing.previous_price_minor > listing.price_minor
                            then (10000 * (listing.previous_price_minor - listing.price_minor)::numeric
                                / listing.previous_price_minor)::integer
                        else 0
                    end
                    order by listing.base_price_minor, listing.id
                ) filter (
                    where listing.base_price_minor is not null and listing.availability = any($2::text[])
                )
            )[1],
            0
        ) as discount_bp,
        coalesce(
            array_agg(distinct shop.slug) filter (where listing.base_price_minor is not null), '{}'
        ) as shop_slugs,
        coalesce(
            array_agg(distinct listing.availability) filter (where listing.base_price_minor is not null), '{}'
        ) as availabilities
    from unnest($1::bigint[]) as asked (id)
    left join gateway.listing on listing.card_id = asked.id and not listing.gone and not listing.apart
    left join gateway.shop on shop.id = listing.shop_id
    group by asked.id
) as summary
where card.id = summary.id
