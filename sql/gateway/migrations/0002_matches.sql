-- What people decided about pairs of listings, for good, and which pairs they should look at.

create table gateway.match_decision (
    id bigint generated always as identity primary key,
    -- The two listings, the smaller id first.
    listing_a bigint not null references gateway.listing,
    listing_b bigint not null references gateway.listing,
    -- True: they are one product. False: they are not.
    same boolean not null,
    decided_by text not null,
    decided_at timestamptz not null default clock_timestamp(),
    check (listing_a < listing_b)
);

-- The newest decision about a pair holds; the older ones stay as its history.
create index match_decision_by_a on gateway.match_decision (listing_a, listing_b, id desc);
create index match_decision_by_b on gateway.match_decision (listing_b);

create table gateway.match_doubt (
    listing_a bigint not null references gateway.listing,
    listing_b bigint not null references gateway.listing,
    score double precision not null,
    explanation text not null,
    primary key (listing_a, listing_b),
    check (listing_a < listing_b)
);

create index match_doubt_by_b on gateway.match_doubt (listing_b);
create index match_doubt_by_score on gateway.match_doubt (score desc);
