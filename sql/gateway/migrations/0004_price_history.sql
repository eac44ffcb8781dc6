-- What a listing cost when: a row each time that its price or availability changed.

create table gateway.price_point (
    listing_id bigint not null references gateway.listing,
    at timestamptz not null,
    price_minor bigint not null,
    currency text not null,
    -- Null: there is no rate for the currency.
    base_price_minor bigint,
    availability text not null,
    primary key (listing_id, at)
);

create index price_point_by_time on gateway.price_point (at);
