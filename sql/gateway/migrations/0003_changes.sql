-- What happened to cards, for those who follow them: written in the transaction that makes the change, kept for a
-- while, so that every gateway can tell its subscribers and a subscriber that was away can catch up.

create table gateway.change (
    -- Only the holder of the catalogue's lock writes, so ids grow in the order of commits. It is the cursor.
    id bigint generated always as identity primary key,
    -- 'added', 'changed', 'price_changed' or 'removed': one row for each card that a commit changed.
    -- 'price_dropped': one row for each offer whose price fell.
    kind text not null,
    card_id bigint not null,
    at timestamptz not null default clock_timestamp(),
    -- The row of a removed card as it last was, without its sources: its own row may be gone.
    last jsonb,
    -- Of a price that fell: the offer, and its price in minor units of its currency and of the base currency.
    listing_id bigint,
    from_minor bigint,
    to_minor bigint,
    to_base_minor bigint,
    currency text
);

create index change_by_time on gateway.change (at);

-- The highest id of a change that is not kept any more: who wants to go on from before it has missed something.
alter table gateway.catalogue add column changes_forgotten_through bigint not null default 0;
