-- Each crawl's end tells a digest of the versions of the shop's listings. To work it out of all of them takes the longer
-- the more there are, however few have changed: so it is kept with what is written. Whoever writes versions by hand sets
-- it to null here.
create table collector.versions (
    shop       text primary key references collector.shop,
    -- 256 buckets of 8 bytes, big endian; null: it has to be worked out of all listings.
    digest     bytea,
    -- The last term in which it was kept. Where somebody led in a later one who doesn't know of it, it is out of date.
    term       bigint not null,
    -- When it was last worked out of all listings.
    counted_at timestamptz
);

-- It is written with most of what is, beside what it was before: to press it would take longer than all else that is done
-- to it.
alter table collector.versions alter column digest set storage plain;
