-- What waits to be believed and what was refused, so that a person can look at it and decide.

alter table collector.listing
    -- When the held price was first seen.
    add column held_since timestamptz,
    -- Since when the listing's own change time has been older than the known one, and what it says now.
    add column older_since timestamptz,
    add column older_updated_at timestamptz,
    -- A person believes what the next crawl says of the listing.
    add column released boolean not null default false;

-- Who released what.
create table collector.release (
    id          bigint generated always as identity primary key,
    shop        text not null,
    listing_id  text not null,
    kind        text not null check (kind in ('price', 'removal', 'older')),
    -- What was known, and what was held back.
    known       text not null,
    held        text not null,
    released_by text not null,
    released_at timestamptz not null
);

alter table collector.reject
    add column id bigint generated always as identity,
    -- When it was read after all, and what could be read was applied.
    add column replayed_at timestamptz;

create unique index reject_id on collector.reject (id);
