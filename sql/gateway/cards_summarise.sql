-- What filters and sorts need to know of a card's offers; which cards are served, and which are sold by other shops than
-- before.
-- $1 card ids, $2 availabilities of offers that can be bought
update gateway.card set
    listing_count = summary.listing_count,
    best_price_minor = summary.best_price_minor,
    discount_bp = summary.discount_bp,
    shop_slugs = summary.shop_slugs,
    availabilities = summary.availabilities,
    updated_at = clock_timestamp(),
    changed_version = (select version + 1 from gateway.catalogue)
from gateway.card as before
cross join lateral (
    select
        count(*)::integer as listing_count,
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
    from gateway.listing
    join gateway.shop on shop.id = listing.shop_id
    where listing.card_id = before.id and not listing.gone and not listing.apart
) as summary
where before.id = any($1::bigint[]) and card.id = before.id
returning card.id, card.listing_count > 0 as is_served, before.shop_slugs <> card.shop_slugs as is_sold_elsewhere
