-- What filters and sorts need to know of cards' offers; when that was, which is the same for all of them.
-- $1 card ids, $2 numbers of listings, $3 best prices, $4 discounts, $5 shops and $6 availabilities, a line each
with noted as materialized (
    select clock_timestamp() as at, version + 1 as version from gateway.catalogue
),
summarised as (
    update gateway.card set
        listing_count = summary.listing_count,
        best_price_minor = summary.best_price_minor,
        discount_bp = summary.discount_bp,
        shop_slugs = string_to_array(summary.shop_slugs, e'\n'),
        availabilities = string_to_array(summary.availabilities, e'\n'),
        updated_at = noted.at,
        changed_version = noted.version
    from noted
    cross join unnest($1::bigint[], $2::integer[], $3::bigint[], $4::integer[], $5::text[], $6::text[]) as summary (
        id, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities
    )
    where card.id = summary.id
)
select at from noted
