-- What the collector knows of the shops. Written by the collector alone; nobody else reads it.

create table collector.shop (
    shop               text primary key,
    name               text not null,
    -- Grows with each collector that takes the lead of the shop. Whoever writes with an older one has lost it.
    term               bigint not null,
    -- The number of the last crawl that began.
    last_crawl         bigint not null default 0,
    -- How many crawls have asked for changes only since the last complete full one; null if there is none, or
    -- a full crawl after it was incomplete.
    changes_since_full integer,
    -- From when on changes are to be asked for, by the shop's clock.
    changed_mark       timestamptz
);

create table collector.listing (
    shop               text not null references collector.shop,
    listing_id         text not null,
    -- The number of the listing's last event. It only grows, also when a listing is gone and comes back.
    version            bigint not null,
    presence           text not null check (presence in ('present', 'missing', 'gone')),
    missing_since      timestamptz,
    missing_crawls     integer not null default 0,
    -- The last crawl that counted the listing as missing, so that none counts it twice.
    missed_in_crawl    bigint not null default 0,
    -- When the listing was last held to be gone; kept if it comes back, since it counts for that hour.
    gone_at            timestamptz,
    -- What was last believed of the listing, in the form of the contract of events.
    document           jsonb not null,
    shop_updated_at    timestamptz not null,
    -- A price that is too far from the known one, and the crawl that saw it first.
    held_price_minor    bigint,
    held_price_currency text,
    held_in_crawl       bigint,
    -- In how many crawls in a row the listing's own change time was older than the known one, and the last.
    older_crawls       integer not null default 0,
    older_in_crawl     bigint not null default 0,
    first_seen_at      timestamptz not null,
    last_seen_at       timestamptz not null,
    last_seen_crawl    bigint not null,
    primary key (shop, listing_id),
    check ((presence = 'missing') = (missing_since is not null)),
    check ((held_price_minor is null) = (held_in_crawl is null)
        and (held_price_currency is null) = (held_in_crawl is null))
) with (fillfactor = 80); -- every crawl touches every row, which is cheap only where there is room beside it

-- While there is one of these, every crawl asks for every listing.
create index listing_unsettled on collector.listing (shop)
    where presence = 'missing' or held_in_crawl is not null or older_crawls > 0;

-- How many were gone within an hour.
create index listing_gone_at on collector.listing (shop, gone_at) where gone_at is not null;

-- What a shop sent of a listing when it was last read.
create table collector.received (
    shop        text not null,
    listing_id  text not null,
    item        text not null,
    received_at timestamptz not null,
    primary key (shop, listing_id),
    foreign key (shop, listing_id) references collector.listing
);

-- What was refused: a page, an item or a field. The same refusal again is counted.
create table collector.reject (
    shop          text not null,
    -- Empty where it can't be told of which listing.
    listing_id    text not null,
    kind          text not null check (kind in ('page', 'item', 'field')),
    field         text not null,
    reason        text not null,
    -- What was refused, as it was last sent, cut if it is long; its whole length stands beside it.
    content       bytea not null,
    content_bytes bigint not null,
    count         bigint not null default 1,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    primary key (shop, listing_id, kind, field, reason)
);

create index reject_last_seen_at on collector.reject (shop, last_seen_at);

-- Pages that the shop can be asked whether they have changed, and what they held.
create table collector.page (
    shop          text not null,
    url           text not null,
    etag          text not null,
    listing_ids   text[] not null,
    next_position jsonb,
    last_crawl    bigint not null,
    primary key (shop, url)
);

-- Events that RabbitMQ has not confirmed, in the order in which they happened.
create table collector.outbox (
    id          bigint generated always as identity primary key,
    message_id  text not null,
    routing_key text not null,
    payload     bytea not null,
    created_at  timestamptz not null
);
