-- What filters and sorts need to know of cards' offers; which cards are sold by other shops than before.
-- $1 card ids, $2 numbers of listings, $3 best prices, $4 discounts, $5 shops and $6 availabilities, a line each
with summarised as (
    update gateway.card set
        listing_count = summary.listing_count,
        best_price_minor = summary.best_price_minor,
        discount_bp = summary.discount_bp,
        shop_slugs = string_to_array(summary.shop_slugs, e'\n'),
        availabilities = string_to_array(summary.availabilities, e'\n'),
        updated_at = clock_timestamp(),
        changed_version = (select version + 1 from gateway.catalogue)
    from unnest($1::bigint[], $2::integer[], $3::bigint[], $4::integer[], $5::text[], $6::text[]) as summary (
        id, listing_count, best_price_minor, discount_bp, shop_slugs, availabilities
    )
    join gateway.card as before on before.id = summary.id
    where card.id = summary.id
    returning card.id, before.shop_slugs <> card.shop_slugs as is_sold_elsewhere
)
select id from summarised where is_sold_elsewhere
