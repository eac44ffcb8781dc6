-- Every crawl sees nearly every listing as it was. Such an item need not be read again, nor its listing be written.

alter table collector.listing
    -- The digest of the item that all that is known was read from, null if there is none, and the version that the
    -- listing had then: whoever made it something else since has made that another one.
    add column item_digest bigint,
    add column item_version bigint;

-- Listings that a crawl of everything has seen as they were, by pages; kept until the next one begins. Of listings of
-- which something was written, their own rows tell which crawl saw them last.
create table collector.sighting (
    shop        text not null,
    crawl       bigint not null,
    -- The place in the crawl of the page, or of the first of some that were written together.
    page        bigint not null,
    listing_ids text[] not null,
    primary key (shop, crawl, page)
);

-- Listings that were not gone and that the last complete crawl of everything has not seen, numbered from 1.
create table collector.missed (
    shop       text not null,
    number     bigint not null,
    listing_id text not null,
    primary key (shop, number)
);

alter table collector.shop
    -- The last complete crawl of everything, and when it began: it has seen whatever is present and was known then.
    add column whole_crawl bigint,
    add column whole_crawl_at timestamptz,
    -- The rules by which the shop is read: those of the program that last led it and knows of digests.
    add column rules text,
    -- The term in which it did, and the one since which all leaders have read by these rules.
    add column rules_term bigint,
    add column rules_since bigint;
