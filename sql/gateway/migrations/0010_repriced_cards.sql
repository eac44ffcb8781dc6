-- What each gateway's index needs to know of the cards of which nothing but offers changed with a version, as most do: told
-- with the version it takes one row to read, where the cards' own rows stand all over a large table. A column each, in one
-- order; null where a version of the gateway wrote the row that doesn't tell it.

alter table gateway.step
    -- Of the ids in card_ids.
    add column repriced bigint[],
    add column best_prices_minor bigint[],
    add column discounts_bp integer[],
    -- A line each.
    add column shop_slugs text[],
    add column availabilities text[],
    -- When: the same for all of them.
    add column repriced_at timestamptz;

do $$
begin
    alter table gateway.step
        alter column card_ids set compression lz4, alter column repriced set compression lz4,
        alter column best_prices_minor set compression lz4, alter column discounts_bp set compression lz4,
        alter column shop_slugs set compression lz4, alter column availabilities set compression lz4;
exception
    when feature_not_supported then null;
end
$$;
